"""Compares hone with its peers: real tokens per second in predicting 400 reviews of the recipe.

  ./dev bench predict [--model minilm|distilbert|...] [--peers evaluate,pipeline,onnx,eager] [--precisions fp32,bf16]

The peers' time covers the computation (for pipeline also tokenising) after a warm-up, without loading Python, the model
or the rows. Likewise, the time of `hone eval` is the `runtime` of its report. `hone predict` is timed as a whole
process: start, loading, reading, tokenising, computing and writing. Each runs in its own process, in turn.
"""
import json
import statistics
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import recipe
import side_by_side
from side_by_side import Job

PEERS = {"evaluate": "HF Trainer.evaluate", "pipeline": "HF pipeline, batch 32", "onnx": "ONNX Runtime, sorted",
         "eager": "transformers eager, sorted"}
UNIT = "tokens/s"


def options():
    parser = recipe.options(__doc__)
    recipe.add_model_option(parser)
    parser.add_argument("--peers", type=recipe.choices(list(PEERS)), default=list(PEERS))
    parser.add_argument("--precisions", type=recipe.choices(recipe.PRECISIONS),
                        help="fp32,bf16; bf16 only if the processor has it")
    return recipe.parse(parser)


def precision_words(args, command, precision):
    """Returns `--precision X` if the command has this option, otherwise nothing: the command then computes in fp32."""
    return ["--precision", precision] if precision != "fp32" or recipe.hone_knows(args, command, "--precision") else []


def hone_eval(args, prepared, precision, tokens):
    words = [args.hone, "eval", "--model", prepared["model"], "--dataset", args.data, "--dataset-config-name", "plain_text",
             "--split", "test", "--shuffle-seed", 42, "--max-eval-samples", recipe.TEST_ROWS, "--max-seq-length",
             recipe.MAX_LENGTH, "--num-threads", args.threads, "--json", *precision_words(args, "eval", precision)]
    return Job("hone eval", precision, lambda _: words,
               lambda _, output, __: {"rate": tokens / json.loads(output)["runtime"]})


def hone_predict(args, prepared, precision, tokens):
    def command(folder):
        return [args.hone, "predict", "--model", prepared["model"], "--file", prepared["test_file"], "--output",
                folder / "labels.jsonl", "--overwrite", "--no-keep-columns", "--max-seq-length", recipe.MAX_LENGTH, "--num-threads", args.threads,
                *precision_words(args, "predict", precision)]

    return Job("hone predict, whole process", precision, command, lambda _, __, seconds: {"rate": tokens / seconds})


def peer_job(args, prepared, peer, precision, tokens):
    words = recipe.worker("hf_predict", "--how", peer, "--model", prepared["model"], "--data", args.data, "--precision",
                          precision, "--threads", args.threads)
    missing = "not run: ONNX Runtime has no bf16 kernels on a CPU" if (peer, precision) == ("onnx", "bf16") else ""
    return Job(PEERS[peer], precision, lambda _: words,
               lambda _, output, __: {"rate": tokens / side_by_side.last_line(output)["seconds"]},
               recipe.environment(args.threads), missing)


def main():
    args = options()
    about = machine.describe()
    prepared = recipe.prepare(args, args.model)
    counts = prepared["tokens"]["test"]
    jobs = []
    for precision in args.precisions:
        jobs += [hone_eval(args, prepared, precision, sum(counts)), hone_predict(args, prepared, precision, sum(counts))]
        jobs += [peer_job(args, prepared, peer, precision, sum(counts)) for peer in args.peers]
        jobs.append(recipe.gemm_job(args, prepared["model"], round(32 * statistics.mean(counts)), precision,
                                    "--forward-only"))
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"prediction, {args.model}, {len(counts)} reviews of {sum(counts)} real tokens, {args.threads} threads, "
          f"{UNIT}, medians of {args.rounds} rounds\n{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    side_by_side.write_json(args.json, {"bench": "predict", "model": args.model, "threads": args.threads,
                                        "machine": about, "results": results})


if __name__ == "__main__":
    main()
