"""Hugging Face's Trainer on running text, as run_clm and run_mlm. Prints the tokens per second of each step as JSON."""
import argparse
import itertools
import json
import pathlib
import tempfile
import time

import pretraining
import recipe


def blocks(tokenizer, files, size):
    """The documents are lines with their line breaks, joined and cut."""
    lines = [line for file in files for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines(keepends=True)]
    ids = list(itertools.chain.from_iterable(tokenizer(lines)["input_ids"]))
    return [{"input_ids": ids[i:i + size], "attention_mask": [1] * size} for i in range(0, len(ids) // size * size, size)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--shape", choices=pretraining.SHAPES, required=True)
    parser.add_argument("--precision", choices=recipe.PRECISIONS, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--text", nargs="+", required=True)
    args = parser.parse_args()
    import torch
    from transformers import (AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer,
                              DataCollatorForLanguageModeling, Trainer, TrainerCallback, TrainingArguments, set_seed)

    torch.set_num_threads(args.threads)
    set_seed(42)
    shape = pretraining.SHAPES[args.shape]
    is_masked = shape.task == "masked-lm"
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    marks = []

    class Stopwatch(TrainerCallback):
        def on_step_begin(self, *_, **__):
            marks.append(time.monotonic())

        def on_step_end(self, *_, **__):
            marks.append(time.monotonic())

    model = (AutoModelForMaskedLM if is_masked else AutoModelForCausalLM).from_config(AutoConfig.from_pretrained(args.model))
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            folder, max_steps=args.steps, per_device_train_batch_size=shape.batch, learning_rate=pretraining.RATE,
            logging_steps=1, save_strategy="no", report_to="none", seed=42, use_cpu=True, bf16=args.precision == "bf16",
            disable_tqdm=True)
        trainer = Trainer(model=model, args=settings, train_dataset=blocks(tokenizer, args.text, shape.block),
                          data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=is_masked), callbacks=[Stopwatch()])
        trainer.train()
    tokens = shape.block * shape.batch
    rates = [tokens / (end - begin) for begin, end in zip(marks[::2], marks[1::2])]
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps({"rates": rates, "losses": losses}))


if __name__ == "__main__":
    main()
