"""Trains byte-level BPE with Hugging Face's tokenizers on the texts of a jsonl file, or on a text file that it reads by itself.

RAYON_NUM_THREADS in the environment sets the number of threads.
"""
import argparse
import json
import pathlib

from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def texts(path):
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--file", "--output"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--vocab-size", type=int, required=True)
    args = parser.parse_args()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=args.vocab_size, show_progress=False,
                                  special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    if args.file.suffix == ".jsonl":
        tokenizer.train_from_iterator(texts(args.file), trainer)
    else:
        tokenizer.train([str(args.file)], trainer)
    tokenizer.save(str(args.output))


if __name__ == "__main__":
    main()
