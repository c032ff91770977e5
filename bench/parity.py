"""Compares hone with Hugging Face's Trainer on the recipe's rows: losses, learning rates and logits must be equal.

  ./dev bench parity [--steps 30] [--data ../shared/data/imdb] [--model models/all-MiniLM-L6-v2] [--json]

Both train the same model on the same rows with dropout 0. Every loss must be within 1e-3 of HF's, and every learning
rate must equal HF's. Then transformers loads the folder that hone saved; its logits on evaluation rows must be within
1e-4 of hone's. Exits with 1 if a comparison fails.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.pop(0)  # this folder, because its tokenize.py would hide Python's own
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

ROOT = pathlib.Path(__file__).resolve().parent.parent
HONE = ROOT / "build/release/bin/hone"
LABELS = ["NEGATIVE", "POSITIVE"]
RECIPE = dict(max_length=256, batch=16, learning_rate=2e-5, warmup=0.1, weight_decay=0.01, seed=42)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "../shared/data/imdb")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models/all-MiniLM-L6-v2")
    parser.add_argument("--rows", type=int, default=64, help="evaluation rows for the comparison of logits")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def run_hone(args, folder):
    log = folder / "log.jsonl"
    subprocess.run(
        [HONE, "train", "--model", args.model, "--dataset", args.data, "--dataset-config-name", "plain_text",
         "--shuffle-seed", "42", "--max-train-samples", "1600", "--id2label", ",".join(LABELS),
         "--max-seq-length", str(RECIPE["max_length"]), "--per-device-train-batch-size", str(RECIPE["batch"]),
         "--learning-rate", str(RECIPE["learning_rate"]), "--warmup-ratio", str(RECIPE["warmup"]),
         "--weight-decay", str(RECIPE["weight_decay"]), "--seed", str(RECIPE["seed"]), "--max-steps", str(args.steps),
         "--precision", "fp32", "--logging-steps", "1", "--save-strategy", "no", "--output-dir", folder / "model", "--json-log", log,
         "--config-overrides", "hidden_dropout_prob=0,attention_probs_dropout_prob=0"],
        check=True, stdout=subprocess.DEVNULL)
    return [entry for entry in map(json.loads, log.read_text().splitlines()) if "loss" in entry]


def rows_of(args, split, count):
    from datasets import load_dataset

    files = sorted(str(path) for path in (args.data / "plain_text").glob(f"{split}-*.parquet"))
    return load_dataset("parquet", data_files={split: files})[split].shuffle(seed=42).select(range(count))


def run_hf(args, folder):
    from transformers import (AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer,
                              TrainingArguments, set_seed)

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encode = lambda rows: tokenizer(rows["text"], truncation=True, max_length=RECIPE["max_length"])
    train = rows_of(args, "train", 1600).map(encode, batched=True)
    set_seed(RECIPE["seed"])
    model = AutoModelForSequenceClassification.from_pretrained(
        args.model, num_labels=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    settings = TrainingArguments(
        str(folder / "hf"), per_device_train_batch_size=RECIPE["batch"], learning_rate=RECIPE["learning_rate"],
        warmup_steps=RECIPE["warmup"], weight_decay=RECIPE["weight_decay"], logging_steps=1, save_strategy="no",
        report_to="none", seed=RECIPE["seed"], max_steps=args.steps, use_cpu=True, disable_tqdm=True)
    trainer = Trainer(model=model, args=settings, train_dataset=train, processing_class=tokenizer,
                      data_collator=DataCollatorWithPadding(tokenizer))
    trainer.train()
    return [entry for entry in trainer.state.log_history if "loss" in entry]


def logits_difference(args, folder):
    """Returns the largest difference between transformers' and hone's logits of the saved model."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    texts = rows_of(args, "test", args.rows)["text"]
    (folder / "rows.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    subprocess.run([HONE, "predict", "--model", folder / "model", "--file", folder / "rows.jsonl", "--output",
                    folder / "predictions.jsonl", "--overwrite", "--function-to-apply", "none"], check=True, stderr=subprocess.DEVNULL)
    predictions = [json.loads(line)["scores"] for line in (folder / "predictions.jsonl").read_text().strip("\n").split("\n")]
    ours = torch.tensor([[scores[label] for label in LABELS] for scores in predictions])
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    model = AutoModelForSequenceClassification.from_pretrained(folder / "model").eval()
    assert model.config.id2label == dict(enumerate(LABELS)), model.config.id2label
    with torch.no_grad():
        theirs = [model(**tokenizer(text, truncation=True, max_length=RECIPE["max_length"],
                                    return_tensors="pt")).logits[0] for text in texts]
    return (ours - torch.stack(theirs)).abs().max().item()


def main():
    args = options()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours, theirs = run_hone(args, folder), run_hf(args, folder)
        result = {
            "steps": len(ours),
            "largest_loss_difference": max(abs(a["loss"] - float(b["loss"])) for a, b in zip(ours, theirs)),
            "largest_grad_norm_difference": max(abs(a["grad_norm"] - float(b["grad_norm"]))
                                                for a, b in zip(ours, theirs)),
            "learning_rates_equal": all(math.isclose(a["learning_rate"], float(b["learning_rate"]), rel_tol=1e-9,
                                                     abs_tol=1e-15) for a, b in zip(ours, theirs)),
            "largest_logit_difference": logits_difference(args, folder),
        }
    equal = (len(ours) == len(theirs) == args.steps and result["largest_loss_difference"] <= 1e-3
             and result["learning_rates_equal"] and result["largest_logit_difference"] <= 1e-4)
    if args.json:
        print(json.dumps(result | {"equal": equal}))
    else:
        for key, value in result.items():
            print(f"{key:32}{value}")
        print("equal" if equal else "NOT equal: expected losses within 1e-3, equal learning rates and logits within 1e-4")
    sys.exit(not equal)


if __name__ == "__main__":
    main()
