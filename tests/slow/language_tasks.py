"""The slow proof of hone's language tasks on SmolLM2 (after ./dev model smollm2).

  python tests/slow/language_tasks.py build/release/bin/hone SOURCE_DIR SHARED_DIR

- The perplexity of the beginning of wikitext-2 is transformers', by its page "Perplexity of fixed-length models".
- The probabilities of labels after a prompt are transformers', with and without the chat template, in English and Chinese.

Exits with 77 if the model or the texts are missing.
"""

import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

hone, source, shared = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
folder, wikitext = source / "models" / "SmolLM2-135M-Instruct", shared / "data" / "lm_text" / "valid.txt"
reviews = shared / "data" / "chnsenticorp" / "ChnSentiCorp_htl_all.csv"
NUM_LINES, LENGTH, STRIDE = 80, 1024, 512
ENGLISH = ["A wonderful film with a moving story.", "The plot is dull, and the actors look bored.", "It was fine, I guess."]
CASES = [
    ("Review: {text}\nSentiment:", [" negative", " positive"], ENGLISH),
    ("Review: {text}\nThe film is ", ["bad", "good", "neither good nor bad"], ENGLISH),
    ("\u5c06\u4ee5\u4e0b\u9152\u5e97\u8bc4\u8bba\u5206\u7c7b\u4e3a\u2018\u6b63\u9762\u2019\u6216\u2018\u8d1f\u9762\u2019\uff1a'{text}' \u60c5\u611f\u662f\uff1a", ["\u8d1f\u9762", "\u6b63\u9762"], None),
]

if not folder.exists() or not wikitext.exists() or not reviews.exists():
    print("skipped: SmolLM2 or the texts are missing")
    sys.exit(77)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)


def run(command, *arguments):
    done = subprocess.run([hone, command, "--model", str(folder), "--precision", "fp32", *arguments], check=True, capture_output=True,
                          text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@torch.no_grad()
def perplexity(text):
    ids = tokenizer(text, return_tensors="pt").input_ids
    total, count, previous = 0.0, 0, 0
    for begin in range(0, ids.size(1), STRIDE):
        end = min(begin + LENGTH, ids.size(1))
        labels = ids[:, begin:end].clone()
        labels[:, : previous - begin if begin else 0] = -100
        own = (labels[:, 1:] != -100).sum().item()
        total += model(ids[:, begin:end], labels=labels).loss.item() * own
        count, previous = count + own, end
        if end == ids.size(1):
            return math.exp(total / count)


@torch.no_grad()
def log_likelihoods(context, labels, **encode):
    spaces = len(context) - len(context.rstrip())
    alone = tokenizer(context[: len(context) - spaces], **encode).input_ids
    sums = []
    for label in labels:
        ids = tokenizer(context + label, **encode).input_ids
        assert ids[: len(alone)] == alone, (context, label)
        scores = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        sums.append(sum(scores[i - 1, ids[i]].item() for i in range(len(alone), len(ids))))
    return torch.tensor(sums, dtype=torch.float64)


def check_perplexity(temporary):
    lines = wikitext.read_text(encoding="utf-8").split("\n")[:NUM_LINES]
    (temporary / "text.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    [report] = run("eval", "--task", "causal-lm", "--dataset", str(temporary / "text.txt"), "--json", "--max-seq-length", str(LENGTH),
                   "--stride", str(STRIDE))
    expected = perplexity("\n\n".join(lines))
    print(f"perplexity {report['perplexity']:.6f}, transformers {expected:.6f}")
    assert abs(report["perplexity"] / expected - 1) < 1e-3


def check_labels(prompt, labels, texts, is_chat):
    found = run("predict", "--task", "prompt-classification", "--prompt", prompt, "--labels", ",".join(labels), "--json",
                *(["--apply-chat-template"] if is_chat else []), "--", *texts)
    for text, answer in zip(texts, found, strict=True):
        context = prompt.replace("{text}", text)
        if is_chat:
            context = tokenizer.apply_chat_template([{"role": "user", "content": context}], tokenize=False, add_generation_prompt=True)
        sums = log_likelihoods(context, labels, add_special_tokens=not is_chat)
        probabilities = sums.softmax(0)
        worst = max(abs(answer["scores"][label] - p.item()) for label, p in zip(labels, probabilities, strict=True))
        print(f"{'chat' if is_chat else 'plain'} {text[:20]!r} {[round(s, 3) for s in sums.tolist()]} difference {worst:.1e}")
        assert worst < 1e-4


with open(reviews, encoding="utf-8", newline="") as file:
    chinese = [row["review"] for row in list(csv.DictReader(file))[:4]]
with tempfile.TemporaryDirectory() as name:
    check_perplexity(Path(name))
for prompt, labels, texts in CASES:
    for is_chat in (False, True):
        check_labels(prompt, labels, texts or chinese, is_chat)
