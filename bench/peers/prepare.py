"""Writes the input of a bench's jobs: a classifier's folder and test.jsonl. Prints the token counts of the rows.

MiniLM gets a new head; distilbert has the shape of distilbert-base and random weights, which suffice to measure speed.
"""
import argparse
import json
import pathlib

import recipe
import rows


def save_classifier(model, base, folder):
    from transformers import (AutoModelForSequenceClassification, AutoTokenizer, DistilBertConfig,
                              DistilBertForSequenceClassification, set_seed)

    if (folder / "model.safetensors").exists():
        return
    set_seed(42)
    labels = dict(num_labels=len(recipe.LABELS), id2label=dict(enumerate(recipe.LABELS)),
                  label2id={label: index for index, label in enumerate(recipe.LABELS)})
    if model == "distilbert":
        network = DistilBertForSequenceClassification(DistilBertConfig(**labels))
    else:
        network = AutoModelForSequenceClassification.from_pretrained(base, ignore_mismatched_sizes=True, **labels)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    network.save_pretrained(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=recipe.MODELS, required=True)
    for name in ("--data", "--base-model", "--folder"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    args = parser.parse_args()
    model = args.folder / f"{args.model}-of-{args.base_model.resolve().name}"
    save_classifier(args.model, args.base_model, model)
    test = rows.texts(args.data, "test", recipe.TEST_ROWS)
    jsonl = args.folder / "test.jsonl"
    jsonl.write_text("".join(json.dumps({"text": text}) + "\n" for text in test["text"]))
    counts = {split: [len(ids) for ids in rows.encoded(model, table)["input_ids"]]
              for split, table in (("train", rows.texts(args.data, "train", recipe.TRAIN_ROWS)), ("test", test))}
    print(json.dumps({"model": str(model), "test_file": str(jsonl), "tokens": counts}))


if __name__ == "__main__":
    main()
