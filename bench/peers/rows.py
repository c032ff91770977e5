"""The rows, read, shuffled and tokenised by Hugging Face's libraries."""
import recipe


def texts(data, split, count):
    from datasets import load_dataset

    files = sorted(str(path) for path in (data / "plain_text").glob(f"{split}-*.parquet"))
    return load_dataset("parquet", data_files={split: files})[split].shuffle(seed=42).select(range(count))


def encoded(model, table):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    return table.map(lambda batch: tokenizer(batch["text"], truncation=True, max_length=recipe.MAX_LENGTH), batched=True)
