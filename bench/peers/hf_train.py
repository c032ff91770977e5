"""Hugging Face's Trainer on the recipe. Prints the real tokens per second of each window of steps as JSON.

The time is taken at the end of each step. Tokens count in the step that computes them, because the data loader is one
batch ahead. Rows are padded to the longest row of a batch, as DataCollatorWithPadding does.
"""
import argparse
import json
import pathlib
import tempfile
import time

import recipe
import rows


def make_trainer(args, folder):
    from transformers import (AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer,
                              TrainerCallback, TrainingArguments, set_seed)

    class Stopwatch(TrainerCallback):
        def on_step_end(self, *_, **__):
            trainer.marks.append((time.monotonic(), trainer.tokens_of_step))

    class TimedTrainer(Trainer):
        marks = []  # after each step: its time and its number of tokens

        def training_step(self, model, inputs, *more, **named):
            self.tokens_of_step = int(inputs["attention_mask"].sum())
            return super().training_step(model, inputs, *more, **named)

    set_seed(42)
    overrides = dict.fromkeys(recipe.MODELS[args.shape].dropouts, 0.0) if args.no_dropout else {}
    model = AutoModelForSequenceClassification.from_pretrained(args.model, **overrides)
    settings = TrainingArguments(
        folder, max_steps=args.steps, per_device_train_batch_size=recipe.BATCH, learning_rate=2e-5, warmup_steps=0.1,
        weight_decay=0.01, logging_steps=recipe.WINDOW, save_strategy="no", report_to="none", seed=42, use_cpu=True,
        bf16=args.precision == "bf16", torch_compile=args.compile, disable_tqdm=True)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    train = rows.encoded(args.model, rows.texts(args.data, "train", recipe.TRAIN_ROWS))
    trainer = TimedTrainer(model=model, args=settings, train_dataset=train, processing_class=tokenizer,
                           data_collator=DataCollatorWithPadding(tokenizer), callbacks=[Stopwatch()])
    return trainer


def train_head(args, folder):
    """Returns {"seconds", "accuracy"} of a training with its evaluations; the body has requires_grad=False."""
    from transformers import (AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer,
                              TrainingArguments, set_seed)

    set_seed(42)
    model = AutoModelForSequenceClassification.from_pretrained(args.model)
    for parameter in model.base_model.parameters():
        parameter.requires_grad = False
    settings = TrainingArguments(
        folder, num_train_epochs=args.frozen_epochs, per_device_train_batch_size=recipe.BATCH, per_device_eval_batch_size=32,
        learning_rate=recipe.HEAD_LEARNING_RATE, eval_strategy="epoch", save_strategy="no", report_to="none", seed=42, use_cpu=True, disable_tqdm=True)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    train = rows.encoded(args.model, rows.texts(args.data, "train", recipe.TRAIN_ROWS))
    test = rows.encoded(args.model, rows.texts(args.data, "test", recipe.TEST_ROWS))
    trainer = Trainer(model=model, args=settings, train_dataset=train, eval_dataset=test, processing_class=tokenizer,
                      data_collator=DataCollatorWithPadding(tokenizer),
                      compute_metrics=lambda told: {"accuracy": float((told.predictions.argmax(-1) == told.label_ids).mean())})
    seconds = trainer.train().metrics["train_runtime"]
    accuracy = [entry["eval_accuracy"] for entry in trainer.state.log_history if "eval_accuracy" in entry]
    return {"seconds": seconds, "accuracy": accuracy[-1]}


def rates(marks):
    """Returns the tokens per second of each window except the first, which is the warm-up."""
    result = []
    for end in range(2 * recipe.WINDOW - 1, len(marks), recipe.WINDOW):
        start = end - recipe.WINDOW
        tokens = sum(count for _, count in marks[start + 1:end + 1])
        result.append(tokens / (marks[end][0] - marks[start][0]))
    return result


def main():
    parser = argparse.ArgumentParser()
    for name in ("--model", "--data"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--shape", choices=recipe.MODELS, required=True)
    parser.add_argument("--precision", choices=recipe.PRECISIONS, default="fp32")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--no-dropout", action="store_true")
    parser.add_argument("--frozen-epochs", type=int, default=0, help="train only the head, for this many epochs")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        if args.frozen_epochs:
            print(json.dumps(train_head(args, folder)))
            return
        trainer = make_trainer(args, folder)
        trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps({"windows": rates(trainer.marks), "losses": losses}))


if __name__ == "__main__":
    main()
