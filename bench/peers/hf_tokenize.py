"""Hugging Face's tokenizers on a file of rows. Prints the best seconds of --repeat passes over all texts as JSON.

TOKENIZERS_PARALLELISM and RAYON_NUM_THREADS in the environment set the number of threads.
"""
import argparse
import json
import pathlib
import time

from tokenizers import Tokenizer


def main():
    parser = argparse.ArgumentParser()
    for name in ("--tokenizer", "--file"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = [json.loads(line)["text"] for line in args.file.open(encoding="utf-8")]
    seconds = []
    for _ in range(args.repeat):
        start = time.perf_counter()
        tokenizer.encode_batch_fast(texts)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(seconds)}))


if __name__ == "__main__":
    main()
