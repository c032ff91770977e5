"""llama.cpp by llama-cpp-python. Prints {"prefill", "decode"}: tokens per second of prompt and answer; the best of two after a
warm-up.
"""
import json
import time

import llama_cpp

import recipe


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
    args = recipe.generation_arguments(__doc__)
    model = llama_cpp.Llama(args.model, n_ctx=1024, n_batch=512, n_threads=args.threads, n_threads_batch=args.threads, verbose=False)
    ids = model.tokenize(args.prompts[0].encode(), add_bos=False)
    first, rest = timed(model, ids, args.length)
    print(json.dumps({"prefill": len(ids) / first, "decode": (args.length - 1) / rest if args.length > 1 else 0}))


if __name__ == "__main__":
    main()
