"""Compares hone with Hugging Face's Trainer: real training tokens per second and peak memory, on the recipe.

  ./dev bench train [--model minilm|distilbert|...] [--peers stock,tcmalloc,compile] [--precisions fp32,bf16] [--dropout 0]

Each job is a separate process; they run in turn (A B C, A B C), --rounds times. The speed of a run is the median of its
windows of 5 steps after --warmup steps, on the same rows in the same order. Real tokens exclude padding.
"""
import json
import statistics
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import recipe
import side_by_side
from side_by_side import Job

PEERS = ("stock", "tcmalloc", "compile")
UNIT = "tokens/s"


def options():
    parser = recipe.options(__doc__)
    recipe.add_model_option(parser)
    parser.add_argument("--peers", type=recipe.choices(PEERS), default=list(PEERS))
    parser.add_argument("--precisions", type=recipe.choices(recipe.PRECISIONS),
                        help="fp32,bf16; bf16 only if the processor has it")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5, help="first steps, which are not measured")
    parser.add_argument("--compile-warmup", type=int, default=10, help="the same with torch.compile, which runs more steps")
    parser.add_argument("--dropout", type=int, choices=(0, 1), default=1, help="0: train without dropout")
    args = recipe.parse(parser)
    for steps in (args.steps, args.warmup, args.compile_warmup):
        if steps % recipe.WINDOW or steps < recipe.WINDOW:
            parser.error(f"steps are counted in windows of {recipe.WINDOW}: {steps} is not a multiple")
    if args.steps <= args.warmup:
        parser.error("--steps must be more than --warmup")
    return args


def hone_job(args, prepared, precision):
    overrides = [f"{key}=0" for key in recipe.MODELS[args.model].dropouts] if args.dropout == 0 else []

    def command(folder):
        words = [args.hone, "train", "--model", prepared["model"], "--dataset", args.data, "--dataset-config-name",
                 "plain_text", "--shuffle-seed", 42, "--max-train-samples", recipe.TRAIN_ROWS,
                 "--id2label", ",".join(recipe.LABELS), "--max-seq-length", recipe.MAX_LENGTH,
                 "--per-device-train-batch-size", recipe.BATCH, "--learning-rate", 2e-5, "--warmup-steps", 0.1,
                 "--weight-decay", 0.01, "--seed", 42, "--max-steps", args.steps, "--logging-steps", recipe.WINDOW,
                 "--save-strategy", "no", "--output-dir", folder / "model", "--json-log", folder / "log.jsonl",
                 "--num-threads", args.threads, "--precision", precision]
        return words + (["--config-overrides", ",".join(overrides)] if overrides else [])

    def result(folder, *_):
        entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        entries = [entry for entry in entries if "loss" in entry]
        return rate_of([entry["tokens_per_second"] for entry in entries if entry["step"] > args.warmup],
                       [entry["loss"] for entry in entries])

    return Job("hone", precision, command, result)


def peer_job(args, prepared, peer, precision):
    compiled = peer == "compile"
    warmup = args.compile_warmup if compiled else args.warmup
    environment, missing = recipe.environment(args.threads), ""
    if peer == "tcmalloc":
        library = machine.tcmalloc()
        environment |= {"LD_PRELOAD": library or ""}
        missing = "" if library else f"tcmalloc is not installed; {machine.TCMALLOC_HINT}"

    def command(_):
        return recipe.worker("hf_train", "--model", prepared["model"], "--shape", args.model, "--data", args.data,
                             "--precision", precision, "--steps", args.steps - args.warmup + warmup, "--threads",
                             args.threads, *(["--compile"] if compiled else []),
                             *([] if args.dropout else ["--no-dropout"]))

    def result(_, output, __):
        told = side_by_side.last_line(output)
        return rate_of(told["windows"][warmup // recipe.WINDOW - 1:], told["losses"])

    return Job(f"HF Trainer {peer}", precision, command, result, environment, missing)


def rate_of(windows, losses):
    return {"rate": statistics.median(windows), "windows": windows, "losses": losses}


def main():
    args = options()
    about = machine.describe()
    prepared = recipe.prepare(args, args.model)
    tokens = round(recipe.BATCH * statistics.mean(prepared["tokens"]["train"]))
    jobs = []
    for precision in args.precisions:
        jobs.append(hone_job(args, prepared, precision))
        jobs += [peer_job(args, prepared, peer, precision) for peer in args.peers]
        jobs.append(recipe.gemm_job(args, prepared["model"], tokens, precision))
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"training, {args.model}, {args.threads} threads, batches of {recipe.BATCH} rows ({tokens} real tokens), "
          f"dropout {'on' if args.dropout else 'off'}, medians of {args.rounds} rounds\n{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    side_by_side.write_json(args.json, {"bench": "train", "model": args.model, "dropout": bool(args.dropout),
                                        "steps": args.steps, "threads": args.threads, "machine": about,
                                        "results": results})


if __name__ == "__main__":
    main()
