"""Writes the input of a bench's jobs: a classifier's folder and test.jsonl. Prints the token counts of the rows.

all-MiniLM-L6-v2 gets a new head; the other shapes (recipe.MODELS) have random weights and its tokenizer.
"""
import argparse
import json
import pathlib

import recipe
import rows


def save_classifier(model, base, folder):
    import transformers
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    if (folder / "model.safetensors").exists():
        return
    transformers.set_seed(42)
    tokenizer = AutoTokenizer.from_pretrained(base)
    labels = dict(num_labels=len(recipe.LABELS), id2label=dict(enumerate(recipe.LABELS)),
                  label2id={label: index for index, label in enumerate(recipe.LABELS)})
    shape = recipe.MODELS[model]
    if shape.config_class:
        special = {f"{name}_token_id": tokenizer.convert_tokens_to_ids(token) for name, token in
                   (("pad", "[PAD]"), ("bos", "[CLS]"), ("eos", "[SEP]"), ("cls", "[CLS]"), ("sep", "[SEP]"))}
        config = getattr(transformers, shape.config_class)(**shape.settings, **special, **labels)
        network = AutoModelForSequenceClassification.from_config(config)
    else:
        network = AutoModelForSequenceClassification.from_pretrained(base, ignore_mismatched_sizes=True, **labels)
    tokenizer.save_pretrained(folder)
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
