"""Writes the rows of a task as JSON lines, which hone and Hugging Face's datasets both read: train.jsonl, eval.jsonl."""
import csv
import json
import random


def tsv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def stsb(data, split):
    name = {"train": "train", "eval": "dev"}[split]
    return [{"sentence1": row["sentence1"], "sentence2": row["sentence2"], "score": float(row["score"])}
            for row in tsv(data / "stsb" / f"{name}.tsv")]


def mrpc(data, split):
    name = {"train": "train.tsv", "eval": "msr_paraphrase_test.txt"}[split]
    return [{"sentence1": row["#1 String"], "sentence2": row["#2 String"], "label": int(row["Quality"])}
            for row in tsv(data / "mrpc" / name)]


def trec(data, split):
    name = {"train": "train", "eval": "test"}[split]
    lines = (data / "trec" / f"TREC.{name}.all").read_text(encoding="latin-1").splitlines()
    return [{"text": text, "label": int(label)} for label, text in (line.split(" ", 1) for line in lines)]


def wnut17(data, split):
    name = {"train": "wnut17train.conll", "eval": "emerging.dev.conll"}[split]
    rows, tokens, tags = [], [], []
    for line in (data / "wnut17" / name).read_text(encoding="utf-8").split("\n") + [""]:
        fields = line.split("\t")
        if len(fields) > 1 and fields[0].strip():
            tokens.append(fields[0])
            tags.append(fields[1].strip())
        elif not line.strip() and tokens:
            rows.append({"tokens": tokens, "tags": tags})
            tokens, tags = [], []
    return rows


QUESTION_WORDS = ("what", "who", "how", "where", "when", "which", "why")


def trec_labels(data, split):
    """Several labels for a question, one at least: its class, and the words of QUESTION_WORDS in it."""
    return [{"text": row["text"], "labels": [f"class_{row['label']}", *(w for w in QUESTION_WORDS if w in row["text"].lower().split())]}
            for row in trec(data, split)]


def sst2(data, split):
    """Some of the training rows, which are phrases and sentences; all of the development rows, which are sentences."""
    rows = [{"text": row["sentence"].strip(), "label": int(row["label"])} for row in tsv(data / "sst2" / f"{SST2_FILES[split]}.tsv")]
    return random.Random(42).sample(rows, 8000) if split == "train" else rows


SST2_FILES = {"train": "train", "eval": "dev"}


def hotel(data, split):
    """Chinese reviews, of which a third is negative. The same shuffle divides them."""
    with open(data / "chnsenticorp" / "ChnSentiCorp_htl_all.csv", encoding="utf-8-sig", newline="") as file:
        rows = [{"text": row["review"], "label": int(row["label"])} for row in csv.DictReader(file) if row["review"].strip()]
    random.Random(42).shuffle(rows)
    return rows[:1200] if split == "train" else rows[1200:2000]


ROWS = {"stsb": stsb, "mrpc": mrpc, "trec": trec, "wnut17": wnut17, "trec-labels": trec_labels, "sst2": sst2, "hotel": hotel}


def write(task, data, folder):
    """`task` is a key of ROWS. Returns {"train": file, "eval": file}."""
    files = {}
    for split in ("train", "eval"):
        files[split] = folder / f"{task}.{split}.jsonl"
        files[split].parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS[task](data, split))
        files[split].write_text("".join(lines), encoding="utf-8")
    return files
