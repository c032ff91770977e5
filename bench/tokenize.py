"""Compares hone with Hugging Face's tokenizers: megabytes of IMDB per second, with one thread and with all.

  ./dev bench tokenize [--rows 10000] [--tokenizer FOLDER]

In memory only the step from texts to ids is timed, the best of --repeat passes; hone's by tests/text/tokenize_lines.
`hone tokenize` is timed as a whole process: start, reading jsonl, tokenising with all threads, writing ids as jsonl.
"""
import re
import sys

sys.path[0] += "/peers"  # not this folder itself, because this file would hide Python's own tokenize
import machine
import recipe
import side_by_side
from side_by_side import Job

UNIT = "MB/s"


def options():
    parser = recipe.options(__doc__)
    parser.add_argument("--rows", type=int, default=10000, help="reviews of the training split")
    parser.add_argument("--tokenizer", default=None, help="folder with tokenizer.json (default: --base-model)")
    parser.add_argument("--repeat", type=int, default=3, help="passes of a run; the best one counts")
    args = recipe.parse(parser)
    args.tokenizer = args.tokenizer or args.base_model
    return args


def write_texts(args):
    """Writes both files of texts (peers/write_texts.py); returns their paths and the megabytes of text."""
    recipe.check_paths(args)
    folder = recipe.ROOT / "build/bench"
    told = recipe.told_by("write_texts", args, "--data", args.data, "--rows", args.rows, "--folder", folder)
    return folder / "texts.jsonl", folder / "texts.records", told["bytes"] / 1e6


def in_memory_job(args, records, threads):
    def command(folder):
        return [args.hone.parent / "tokenize_lines", "encode", args.tokenizer, records, folder / "ids",
                f"threads={threads}", f"repeat={args.repeat}"]

    return Job("hone, in memory", group(threads), command,
               lambda _, output, __: {"rate": float(re.match(r"([\d.]+) MB/s", output)[1])})


def whole_process_job(args, jsonl, megabytes):
    def command(folder):
        return [args.hone, "tokenize", "--model", args.tokenizer, "--file", jsonl, "--output", folder / "ids.jsonl",
                "--overwrite"]

    return Job("hone tokenize, whole process", group(args.threads), command,
               lambda _, __, seconds: {"rate": megabytes / seconds}, recipe.environment(args.threads))


def peer_job(args, jsonl, megabytes, threads):
    words = recipe.worker("hf_tokenize", "--tokenizer", args.tokenizer, "--file", jsonl, "--repeat", args.repeat)
    parallel = {"TOKENIZERS_PARALLELISM": str(threads > 1).lower(), "RAYON_NUM_THREADS": str(threads)}
    return Job("HF tokenizers, in memory", group(threads), lambda _: words,
               lambda _, output, __: {"rate": megabytes / side_by_side.last_line(output)["seconds"]},
               recipe.environment(threads, **parallel))


def group(threads):
    return f"{threads} thread{'s' if threads > 1 else ''}"


def main():
    args = options()
    about = machine.describe()
    jsonl, records, megabytes = write_texts(args)
    jobs = [job for threads in sorted({1, args.threads})
            for job in (in_memory_job(args, records, threads), peer_job(args, jsonl, megabytes, threads))]
    results = side_by_side.in_turn([*jobs, whole_process_job(args, jsonl, megabytes)], args.rounds, UNIT)
    print(f"tokenising, {args.rows} reviews of {megabytes:.1f} MB, {UNIT}, medians of {args.rounds} rounds\n"
          f"{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    side_by_side.write_json(args.json, {"bench": "tokenize", "rows": args.rows, "megabytes": megabytes,
                                        "machine": about, "results": results})


if __name__ == "__main__":
    main()
