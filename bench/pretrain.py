"""Compares hone with Hugging Face's Trainer on running text: tokens per second of a training from random weights.

  ./dev bench pretrain [--shape bert-small,gpt2-small] [--precisions fp32,bf16] [--text FILE,...]

Both read the blocks of run_clm and run_mlm: documents are joined and cut. The speed of a run is the median of its steps after
the first two. `limit`: the matrix products of the linear layers alone, those of the head for the tokens that have a target.
"""
import argparse
import json
import pathlib
import statistics
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import pretraining
import recipe
import side_by_side
from side_by_side import Job

UNIT = "tokens/s"
WARMUP = 2  # steps that are not measured


def options():
    shared = recipe.ROOT / "../shared"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=recipe.choices(pretraining.SHAPES), default=list(pretraining.SHAPES))
    parser.add_argument("--rounds", type=int, default=3, help="runs of each runner, in turn")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precisions", type=recipe.choices(recipe.PRECISIONS),
                        help="fp32,bf16; bf16 only if the processor has it")
    parser.add_argument("--text", type=lambda text: text.split(","), help="text files",
                        default=[str(shared / "data/lm_text" / name) for name in ("valid.txt", "test.txt")])
    parser.add_argument("--tokenizers", type=pathlib.Path, default=shared / "tokenizers")
    parser.add_argument("--hone", type=pathlib.Path, default=recipe.ROOT / "build/release/bin/hone")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all numbers there")
    args = parser.parse_args()
    if args.precisions is None:
        args.precisions = machine.precisions()
    for path in [args.hone, args.tokenizers, *map(pathlib.Path, args.text)]:
        if not path.exists():
            sys.exit(f"{path} is missing: see --help")
    if args.steps <= WARMUP:
        parser.error(f"--steps must be more than {WARMUP}")
    return args


def rate_of(rates, losses):
    return {"rate": statistics.median(rates[WARMUP:]), "steps": rates, "losses": losses}


def hone_job(args, shape, model, precision):
    def command(folder):
        return [args.hone, "train", "--model", model, "--task", shape.task, "--train-file", ",".join(args.text), "--block",
                "--group-documents", 0, "--block-size", shape.block, "--per-device-train-batch-size", shape.batch,
                "--learning-rate", pretraining.RATE, "--max-steps", args.steps, "--logging-steps", 1, "--save-strategy", "no",
                "--output-dir", folder / "model", "--json-log", folder / "log.jsonl", "--num-threads", args.threads,
                "--precision", precision]

    def result(folder, *_):
        entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        entries = [entry for entry in entries if "loss" in entry]
        return rate_of([entry["tokens_per_second"] for entry in entries], [entry["loss"] for entry in entries])

    return Job("hone", precision, command, result)


def peer_job(args, name, model, precision):
    def command(_):
        return recipe.worker("hf_pretrain", "--model", model, "--shape", name, "--precision", precision, "--steps", args.steps,
                             "--threads", args.threads, "--text", *args.text)

    def result(_, output, __):
        told = side_by_side.last_line(output)
        return rate_of(told["rates"], told["losses"])

    return Job("HF Trainer", precision, command, result, recipe.environment(args.threads))


def main():
    args = options()
    about = machine.describe()
    everything = {}
    for name in args.shape:
        shape = pretraining.SHAPES[name]
        model = recipe.ROOT / "build/bench" / name
        recipe.told_by("pretraining", args, "--shape", name, "--tokenizers", args.tokenizers, "--folder", model)
        jobs = []
        for precision in args.precisions:
            jobs += [hone_job(args, shape, model, precision), peer_job(args, name, model, precision),
                     recipe.gemm_job(args, model, shape.block * shape.batch, precision, "--head", shape.share)]
        results = side_by_side.in_turn(jobs, args.rounds, UNIT)
        print(f"{shape.task}, {name}, {args.threads} threads, {shape.batch} blocks of {shape.block} tokens, medians of "
              f"{args.rounds} rounds\n{machine.in_words(about)}")
        side_by_side.print_table(results, UNIT)
        everything[name] = results
    side_by_side.write_json(args.json, {"bench": "pretrain", "steps": args.steps, "threads": args.threads, "machine": about,
                                        "results": everything})


if __name__ == "__main__":
    main()
