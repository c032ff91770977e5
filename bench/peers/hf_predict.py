"""The usual ways to predict on a CPU with Hugging Face. Prints the seconds for the whole set as JSON.

evaluate: Trainer.evaluate, batches of 32, rows tokenised before the clock starts.
pipeline: pipeline("text-classification"), batches of 32, which tokenises inside the clock.
onnx: ONNX Runtime, rows tokenised and sorted by length before.
eager: the model called directly under inference_mode, rows tokenised and sorted by length before.
"""
import argparse
import json
import pathlib
import tempfile
import time

import recipe
import rows

EVAL_BATCH = 32


def load_model(args):
    import torch
    from transformers import AutoModelForSequenceClassification

    kind = torch.bfloat16 if args.precision == "bf16" else torch.float32
    return AutoModelForSequenceClassification.from_pretrained(args.model, dtype=kind).eval()


def load_tokenizer(args):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(args.model)


def evaluate(args, table):
    from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding, Trainer, TrainingArguments

    features, tokenizer = rows.encoded(args.model, table), load_tokenizer(args)
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(folder, per_device_eval_batch_size=EVAL_BATCH, report_to="none", use_cpu=True,
                                     bf16=args.precision == "bf16", disable_tqdm=True)
        trainer = Trainer(model=AutoModelForSequenceClassification.from_pretrained(args.model), args=settings,
                          data_collator=DataCollatorWithPadding(tokenizer), processing_class=tokenizer)
        trainer.evaluate(features.select(range(EVAL_BATCH)))
        return timed(lambda: trainer.evaluate(features))


def pipeline(args, table):
    import transformers

    classify = transformers.pipeline("text-classification", model=load_model(args), tokenizer=load_tokenizer(args),
                                     device="cpu")
    settings = dict(batch_size=EVAL_BATCH, truncation=True, max_length=recipe.MAX_LENGTH)
    texts = list(table["text"])
    classify(texts[:EVAL_BATCH], **settings)
    return timed(lambda: classify(texts, **settings))


def sorted_batches(args, table, form):
    """Yields batches of 32 rows of similar length, padded to the longest row of the batch."""
    tokenizer = load_tokenizer(args)
    features = sorted(rows.encoded(args.model, table)["input_ids"], key=len, reverse=True)
    return [tokenizer.pad({"input_ids": features[start:start + EVAL_BATCH]}, return_tensors=form)
            for start in range(0, len(features), EVAL_BATCH)]


def eager(args, table):
    import torch

    model, batches = load_model(args), sorted_batches(args, table, "pt")
    with torch.inference_mode():
        model(**batches[0])
        return timed(lambda: [model(**batch).logits for batch in batches])


def onnx(args, table):
    import onnxruntime

    batches = [dict(batch) for batch in sorted_batches(args, table, "np")]
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = args.threads, 1
    session = onnxruntime.InferenceSession(exported(args), settings, providers=["CPUExecutionProvider"])
    session.run(None, batches[0])
    return timed(lambda: [session.run(None, batch) for batch in batches])


def exported(args):
    """Returns the path of the model in ONNX, exported once into a folder beside its own."""
    import torch

    path = args.model.with_suffix(".onnx")
    if not path.exists():
        model, tokenizer = load_model(args), load_tokenizer(args)
        example = tokenizer(["A film of two rows.", "Of which this is the second one."], padding=True, return_tensors="pt")
        names = ["input_ids", "attention_mask"]
        dynamic = {name: {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens", min=2, max=512)} for name in names}
        torch.onnx.export(model, (), path, kwargs={name: example[name] for name in names}, input_names=names,
                          output_names=["logits"], dynamic_shapes=dynamic, dynamo=True)
    return path


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


HOW = {"evaluate": evaluate, "pipeline": pipeline, "eager": eager, "onnx": onnx}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--how", choices=HOW, required=True)
    for name in ("--model", "--data"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--precision", choices=recipe.PRECISIONS, default="fp32")
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    import torch

    torch.set_num_threads(args.threads)
    print(json.dumps({"seconds": HOW[args.how](args, rows.texts(args.data, "test", recipe.TEST_ROWS))}))


if __name__ == "__main__":
    main()
