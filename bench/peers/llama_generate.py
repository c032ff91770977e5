"""llama.cpp by llama-cpp-python. Prints {"prefill", "decode"}: tokens per second of prompt and answer; the best of two after a
warm-up.
"""
import argparse
import json
import time

import llama_cpp


def timed(model, ids, length):
    def once():
        model.reset()
        start = time.perf_counter()
        model.eval(ids)
        first = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(length - 1):
            model.eval([model.sample(temp=0)])
        return first, time.perf_counter() - start

    once()
    runs = [once(), once()]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--model", "--prompts", "--format"):
        parser.add_argument(name, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    model = llama_cpp.Llama(args.model, n_ctx=1024, n_batch=512, n_threads=args.threads, n_threads_batch=args.threads, verbose=False)
    ids = model.tokenize(json.loads(args.prompts)[0].encode(), add_bos=False)
    first, rest = timed(model, ids, args.length)
    print(json.dumps({"prefill": len(ids) / first, "decode": (args.length - 1) / rest if args.length > 1 else 0}))


if __name__ == "__main__":
    main()
