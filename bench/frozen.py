"""Trains only the head on the recipe, all reviews for three epochs, and compares the time with Hugging Face's Trainer.

  ./dev bench frozen [--rounds 3] [--epochs 3]

hone computes the frozen body once for each row and keeps what comes out; `hone, nothing kept` computes it in every epoch, as
the Trainer does with requires_grad=False. After each epoch both evaluate the test rows. `one pass` is the limit: `hone eval` on
the training rows and one on the test rows. The rate counts the real tokens of all epochs in a second. The time is that of hone's
whole process, because it computes the body before the first step; the Trainer's is its own, without the start of Python.
"""
import json
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import recipe
import side_by_side
from side_by_side import Job

UNIT = "tokens/s"


def options():
    parser = recipe.options(__doc__)
    recipe.add_model_option(parser)
    parser.add_argument("--epochs", type=int, default=3)
    return recipe.parse(parser)


def rows(args):
    return ["--dataset", args.data, "--dataset-config-name", "plain_text", "--shuffle-seed", 42]


def hone_job(args, prepared, name, *more):
    def command(folder):
        return [args.hone, "train", "--model", prepared["model"], *rows(args), "--max-train-samples", recipe.TRAIN_ROWS,
                "--max-eval-samples", recipe.TEST_ROWS, "--id2label", ",".join(recipe.LABELS), "--max-seq-length",
                recipe.MAX_LENGTH, "--per-device-train-batch-size", recipe.BATCH, "--per-device-eval-batch-size", 32,
                "--learning-rate", recipe.HEAD_LEARNING_RATE, "--num-train-epochs", args.epochs, "--eval-strategy", "epoch", "--save-strategy",
                "no", "--seed", 42, "--freeze", "all-but-head", "--output-dir", folder / "model", "--json-log",
                folder / "log.jsonl", "--num-threads", args.threads, "--precision", "fp32", *more]

    def result(folder, _, seconds):
        entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        accuracy = [entry["eval_accuracy"] for entry in entries if "eval_accuracy" in entry]
        return measured(args, prepared, seconds, accuracy[-1])

    return Job(name, "fp32", command, result)


def one_pass_job(args, prepared):
    """Evaluates the training rows, then the test rows; both times are those of the report, without the start."""
    def command(folder):
        words = [args.hone, "eval", "--model", prepared["model"], *rows(args), "--max-seq-length", recipe.MAX_LENGTH,
                 "--precision", "fp32", "--num-threads", args.threads, "--json"]
        splits = (("train", recipe.TRAIN_ROWS), ("test", recipe.TEST_ROWS))
        quoted = " ".join(f"'{word}'" for word in words)
        return ["bash", "-c", " && ".join(f"{quoted} --split {split} --max-eval-samples {count} > '{folder}/{split}.json'"
                                          for split, count in splits)]

    def result(folder, *_):
        seconds = sum(json.loads((folder / f"{split}.json").read_text())["runtime"] for split in ("train", "test"))
        return measured(args, prepared, seconds)

    return Job("limit: one pass", "fp32", command, result, is_limit=True)


def peer_job(args, prepared):
    words = recipe.worker("hf_train", "--model", prepared["model"], "--shape", args.model, "--data", args.data, "--precision",
                          "fp32", "--steps", -1, "--threads", args.threads, "--frozen-epochs", args.epochs)
    return Job("HF Trainer", "fp32", lambda _: words, lambda _, output, __: measured(args, prepared, **side_by_side.last_line(output)),
               recipe.environment(args.threads))


def measured(args, prepared, seconds, accuracy=None):
    """Returns the numbers of a run that trained all epochs, or did what they need, in these seconds."""
    return {"rate": args.epochs * sum(prepared["tokens"]["train"]) / seconds, "seconds": seconds, "accuracy": accuracy}


def main():
    args = options()
    about = machine.describe()
    prepared = recipe.prepare(args, args.model)
    jobs = [hone_job(args, prepared, "hone"), hone_job(args, prepared, "hone, nothing kept", "--cache-budget", "0"),
            peer_job(args, prepared), one_pass_job(args, prepared)]
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"training of the head alone, {args.model}, {args.threads} threads, {args.epochs} epochs of {recipe.TRAIN_ROWS} rows, "
          f"medians of {args.rounds} rounds\n{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    for key, result in results.items():
        for run in result["runs"]:
            print(f"{key}: {run['seconds']:.1f} s" + (f", accuracy {run['accuracy']:.4f}" if run["accuracy"] is not None else ""))
    side_by_side.write_json(args.json, {"bench": "frozen", "model": args.model, "epochs": args.epochs, "threads": args.threads,
                                        "machine": about, "results": results})


if __name__ == "__main__":
    main()
