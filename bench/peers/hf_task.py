"""Hugging Face's Trainer on the rows of a task (task_rows.py), as transformers' example scripts set it up. Prints
{"metric", "rate"}: the metric on the evaluation rows after the training, and the real tokens of the training in a second.
"""
import argparse
import json
import pathlib
import tempfile

import numpy as np


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def names_of(values):
    return sorted(set(values))


class Task:
    def __init__(self, train, evaluation, metric):
        self.rows = {"train": train, "eval": evaluation}
        self.metric_name = metric
        self.settings = {}

    def texts(self, tokenizer, rows, max_length):
        pairs = [row["sentence2"] for row in rows] if "sentence2" in rows[0] else None
        first = [row.get("sentence1", row.get("text")) for row in rows]
        return tokenizer(first, pairs, truncation=True, max_length=max_length)

    def encoded(self, tokenizer, split, max_length):
        rows = self.rows[split]
        encoding = dict(self.texts(tokenizer, rows, max_length))
        encoding["labels"] = self.targets(rows)
        return encoding

    def collator(self, tokenizer):
        from transformers import DataCollatorWithPadding

        return DataCollatorWithPadding(tokenizer)

    def model(self, path):
        from transformers import AutoModelForSequenceClassification

        return AutoModelForSequenceClassification.from_pretrained(path, **self.settings)


class Classes(Task):
    def __init__(self, train, evaluation, metric):
        super().__init__(train, evaluation, metric)
        self.settings = {"num_labels": len({row["label"] for row in train})}

    def targets(self, rows):
        return [row["label"] for row in rows]

    def metric(self, outputs, labels):
        from sklearn.metrics import accuracy_score, f1_score

        predicted = outputs.argmax(-1)
        if self.metric_name == "f1":
            return f1_score(labels, predicted)
        return accuracy_score(labels, predicted)


class Numbers(Task):
    def __init__(self, train, evaluation, metric):
        super().__init__(train, evaluation, metric)
        self.settings = {"num_labels": 1, "problem_type": "regression"}

    def targets(self, rows):
        return [row["score"] for row in rows]

    def metric(self, outputs, labels):
        from scipy.stats import spearmanr

        return spearmanr(outputs.ravel(), labels.ravel()).statistic


class Labels(Task):
    def __init__(self, train, evaluation, metric):
        super().__init__(train, evaluation, metric)
        self.names = names_of(name for row in train for name in row["labels"])
        self.settings = {"num_labels": len(self.names), "problem_type": "multi_label_classification"}

    def targets(self, rows):
        return [[float(name in row["labels"]) for name in self.names] for row in rows]

    def metric(self, outputs, labels):
        from sklearn.metrics import f1_score

        return f1_score(labels, outputs > 0, average="micro", zero_division=0)


class Tags(Task):
    def __init__(self, train, evaluation, metric):
        super().__init__(train, evaluation, metric)
        self.names = names_of(tag for row in train for tag in row["tags"])

    def encoded(self, tokenizer, split, max_length):
        rows = self.rows[split]
        encoding = tokenizer([row["tokens"] for row in rows], is_split_into_words=True, truncation=True,
                             max_length=max_length)
        labels = []
        for index, row in enumerate(rows):
            before, of_row = None, []
            for word in encoding.word_ids(index):
                of_row.append(-100 if word is None or word == before else self.names.index(row["tags"][word]))
                before = word
            labels.append(of_row)
        return dict(encoding) | {"labels": labels}

    def collator(self, tokenizer):
        from transformers import DataCollatorForTokenClassification

        return DataCollatorForTokenClassification(tokenizer)

    def model(self, path):
        from transformers import AutoModelForTokenClassification

        return AutoModelForTokenClassification.from_pretrained(path, num_labels=len(self.names))

    def metric(self, outputs, labels):
        from seqeval.metrics import f1_score

        predicted = outputs.argmax(-1)
        named = [[[self.names[tag] for tag, label in zip(row, of_row) if label != -100]
                  for row, of_row in zip(side, labels)] for side in (labels, predicted)]
        return f1_score(*named)


KINDS = {"stsb": Numbers, "mrpc": Classes, "trec": Classes, "wnut17": Tags, "trec-labels": Labels, "sst2": Classes, "hotel": Classes}


def adapted(model, adaptation):
    """Returns the model of which only some parameters are trained, as readers of tutorials do it."""
    if adaptation == "frozen":
        for parameter in model.base_model.parameters():
            parameter.requires_grad = False
    elif adaptation == "lora":
        from peft import LoraConfig, TaskType, get_peft_model

        return get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_CLS, r=8, lora_alpha=16, lora_dropout=0.05))
    return model


def make_trainer(args, folder):
    from datasets import Dataset
    from transformers import AutoTokenizer, Trainer, TrainingArguments, set_seed

    class CountingTrainer(Trainer):
        num_tokens = 0

        def training_step(self, model, inputs, *more, **named):
            self.num_tokens += int(inputs["attention_mask"].sum())
            return super().training_step(model, inputs, *more, **named)

    set_seed(args.seed)
    task = KINDS[args.task](read(args.train), read(args.eval), args.metric)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    sets = {split: Dataset.from_dict(task.encoded(tokenizer, split, args.max_length)) for split in ("train", "eval")}
    settings = TrainingArguments(
        folder, num_train_epochs=args.epochs, max_steps=args.max_steps, per_device_train_batch_size=args.batch, per_device_eval_batch_size=32,
        learning_rate=args.learning_rate, warmup_steps=0.1, weight_decay=0.01, logging_steps=50, save_strategy="no",
        report_to="none", seed=args.seed, use_cpu=True, disable_tqdm=True)
    return task, CountingTrainer(model=adapted(task.model(args.model), args.adaptation), args=settings, train_dataset=sets["train"],
                                 eval_dataset=sets["eval"], processing_class=tokenizer,
                                 data_collator=task.collator(tokenizer))


def main():
    parser = argparse.ArgumentParser()
    for name in ("--model", "--train", "--eval"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--task", choices=KINDS, required=True)
    parser.add_argument("--metric", required=True)
    parser.add_argument("--adaptation", choices=("full", "frozen", "lora"), default="full")
    for name, kind in (("--epochs", float), ("--learning-rate", float), ("--batch", int), ("--max-length", int),
                       ("--seed", int), ("--threads", int)):
        parser.add_argument(name, type=kind, required=True)
    parser.add_argument("--max-steps", type=int, default=-1, help="train only this many steps, and evaluate nothing")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        task, trainer = make_trainer(args, folder)
        seconds = trainer.train().metrics["train_runtime"]
        told = {"rate": trainer.num_tokens / seconds}
        if args.max_steps < 0:
            outputs = trainer.predict(trainer.eval_dataset)
            told["metric"] = float(task.metric(np.asarray(outputs.predictions), np.asarray(outputs.label_ids)))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
