"""Compares hone with Hugging Face's tokenizers: megabytes of IMDB per second, with one thread and with all.

  ./dev bench tokenize [--rows 10000] [--tokenizer FOLDER]
  ./dev bench tokenize --folders FOLDER,FOLDER --texts english.jsonl,code.jsonl [--peers-python PYTHON]
  ./dev bench tokenize --train texts.jsonl [--vocab-size 32000]

The second form compares encoders in one thread: each tokenizer (vocab.json and merges.txt of byte-level BPE, or a
tokenizer.json) on each file of rows, with cold caches (the first pass of a process) and with hot ones (its best pass). No
figure stands without equal ids. --peers-python is a Python that has tokenizers, and maybe tiktoken, splintr-rs or bpe-qwen; a
peer that it lacks, or that cannot read the folder, has no row.

The third form compares the training of byte-level BPE, as whole processes with --threads threads. HF's trainer is timed with
an iterator of texts, where its merges must be hone's, and with a text file, which it reads by itself.

In memory only the step from texts to ids is timed, the best of --repeat passes; hone's by tests/text/tokenize_lines.
`hone tokenize` is timed as a whole process: start, reading jsonl, tokenising with all threads, writing ids as jsonl.
"""
import hashlib
import json
import pathlib
import re
import statistics
import struct
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
    parser.add_argument("--folders", type=paths, default=[], metavar="FOLDERS", help="tokenizers to compare")
    parser.add_argument("--texts", type=paths, default=[], metavar="FILES", help="jsonl files for --folders")
    parser.add_argument("--peers-python", default=sys.executable, help="the Python of the other encoders of --folders")
    parser.add_argument("--train", type=pathlib.Path, metavar="FILE", help="jsonl file to train byte-level BPE on")
    parser.add_argument("--vocab-size", type=int, default=32000, help="tokens of --train")
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


def paths(text):
    return [pathlib.Path(name) for name in text.split(",") if name]


def write_records(texts, folder):
    """Writes the texts as tokenize_lines reads them; returns the path and the megabytes."""
    rows = [json.loads(line)["text"].encode() for line in texts.open(encoding="utf-8")]
    path = folder / f"{texts.stem}.records"
    path.write_bytes(b"".join(struct.pack("<I", len(row)) + row for row in rows))
    return path, sum(map(len, rows)) / 1e6


def digest_of_ids(path):
    """Returns the SHA-256 of the ids that tokenize_lines writes: for each text a count, a zero and the ids."""
    bytes_, digest, place = path.read_bytes(), hashlib.sha256(), 0
    while place < len(bytes_):
        count = struct.unpack_from("<I", bytes_, place)[0]
        digest.update(bytes_[place + 8:place + 8 + 4 * count])
        place += 8 + 4 * count
    return digest.hexdigest()


def encoder_jobs(args, tokenizer, texts, expected):
    """Returns a job for each encoder. `expected` receives the digest of hone's ids, which the others must have too."""
    folder = recipe.ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    records, megabytes = write_records(texts, folder)
    group_name = f"{tokenizer.name}, {texts.stem}"

    def hone_result(output_folder, output, _):
        expected[group_name] = digest_of_ids(output_folder / "ids")
        hot, cold = re.match(r"([\d.]+) MB/s.*first pass ([\d.]+) MB/s", output).groups()
        return {"rate": float(cold), "hot": float(hot)}

    def peer_result(_, output, __):
        told = side_by_side.last_line(output)
        if told["ids"] != expected[group_name]:
            raise side_by_side.JobFailed("its ids are not hone's")
        return {"rate": megabytes / told["cold"], "hot": megabytes / told["hot"]}

    hone = [args.hone.parent / "tokenize_lines", "encode", tokenizer, records]
    jobs = [Job("hone", group_name, lambda out: [*hone, out / "ids", "threads=1", "special=no", f"repeat={args.repeat}"],
                hone_result, recipe.environment(1))]
    peers = ("hf", "tiktoken", "splintr", "bpe-qwen") if (tokenizer / "merges.txt").exists() else ("hf",)
    for peer in peers:
        words = [args.peers_python, "-B", recipe.PEERS / "encoders.py", "--peer", peer, "--tokenizer", tokenizer,
                 "--file", texts, "--repeat", args.repeat]
        jobs.append(Job(peer, group_name, lambda _, words=words: words, peer_result,
                        recipe.environment(1, RAYON_NUM_THREADS="1")))
    return jobs


def compare_encoders(args, about):
    expected = {}
    jobs = [job for tokenizer in args.folders for texts in args.texts for job in encoder_jobs(args, tokenizer, texts, expected)]
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"encoders in one thread, {UNIT} of the first pass, medians of {args.rounds} rounds\n{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    print(f"\nhot caches, {UNIT}:")
    for key, result in results.items():
        if result["runs"]:
            print(f"{key:40} {statistics.median(run['hot'] for run in result['runs']):10.1f}")
    side_by_side.write_json(args.json, {"bench": "tokenize-encoders", "machine": about, "results": results})


def merges_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["model"]["merges"]


def write_lines(rows, lines):
    """Writes the texts of a jsonl file, each on a line; returns their bytes.

    Row by row: a process that starts from a large one counts its memory as its own peak.
    """
    size = 0
    with rows.open(encoding="utf-8") as source, lines.open("w", encoding="utf-8") as target:
        for row in source:
            text = json.loads(row)["text"]
            target.write(text.replace("\n", " ") + "\n")
            size += len(text.encode())
    return size


def compare_training(args, about):
    folder = recipe.ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    lines = folder / f"{args.train.stem}.txt"
    megabytes = write_lines(args.train, lines) / 1e6
    name, merges = f"{args.vocab_size} tokens, {group(args.threads)}", []

    def hone_result(output_folder, _, seconds):
        merges[:] = merges_of(output_folder / "model/tokenizer.json")
        return {"rate": megabytes / seconds}

    def checked_result(output_folder, _, seconds):
        if merges_of(output_folder / "tokenizer.json") != merges:
            raise side_by_side.JobFailed("its merges are not hone's")
        return {"rate": megabytes / seconds}

    hone = [args.hone, "tokenizer", "train", "--kind", "byte-bpe", "--vocab-size", args.vocab_size, "--train-file", args.train,
            "--num-threads", args.threads, "--output-dir"]
    peer = recipe.worker("train_bpe", "--vocab-size", args.vocab_size)
    environment = recipe.environment(args.threads, RAYON_NUM_THREADS=str(args.threads), TOKENIZERS_PARALLELISM="true")
    jobs = [Job("hone", name, lambda out: [*hone, out / "model"], hone_result),
            Job("HF, iterator", name, lambda out: [*peer, "--file", args.train, "--output", out / "tokenizer.json"],
                checked_result, environment),
            Job("HF, file", name, lambda out: [*peer, "--file", lines, "--output", out / "tokenizer.json"],
                lambda _, __, seconds: {"rate": megabytes / seconds}, environment)]
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"training byte-level BPE on {megabytes:.0f} MB, {UNIT}, medians of {args.rounds} rounds\n{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    side_by_side.write_json(args.json, {"bench": "tokenize-train", "megabytes": megabytes, "machine": about, "results": results})


def group(threads):
    return f"{threads} thread{'s' if threads > 1 else ''}"


def main():
    args = options()
    about = machine.describe()
    if args.folders:
        return compare_encoders(args, about)
    if args.train:
        return compare_training(args, about)
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
