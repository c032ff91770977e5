"""slow/sentence_transformers: a model that hone trains on pairs loads in sentence-transformers with equal vectors, and hone
eval measures the correlation on STS-B that sentence-transformers' evaluator measures.

  python sentence_transformers_folder.py HONE SOURCE_DIR SHARED_DIR
"""
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
TOLERANCE = 1e-5

try:
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator
except ImportError:
    print("skipped: sentence-transformers is not installed")
    sys.exit(SKIPPED)


def run(hone, *arguments):
    result = subprocess.run([hone, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"hone {' '.join(map(str, arguments))} failed:\n{result.stderr}")
    return result.stdout


def read_pairs(path):
    with open(path, encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def check(name, difference, limit):
    print(f"{name}: {difference:.2e} (at most {limit:.0e})")
    if not difference <= limit:
        sys.exit(f"{name} differs")


def check_spearman(hone, folder, rows, expected_model):
    """Compares hone's correlations with those of sentence-transformers' evaluator."""
    dev = folder / "validation.jsonl"
    write_rows(dev, [{"sentence1": row["sentence1"], "sentence2": row["sentence2"], "score": float(row["score"])} for row in rows])
    own = json.loads(run(hone, "eval", "--model", expected_model, "--task", "contrastive", "--dataset", dev, "--precision", "fp32", "--json"))
    evaluator = EmbeddingSimilarityEvaluator([row["sentence1"] for row in rows], [row["sentence2"] for row in rows],
                                             [float(row["score"]) for row in rows], main_similarity="cosine")
    theirs = evaluator(SentenceTransformer(str(expected_model), device="cpu"))
    for name in ("spearman_cosine", "pearson_cosine"):
        print(f"{name}: hone {own[name]:.6f}, sentence-transformers {theirs[name]:.6f}")
        check(name, abs(own[name] - theirs[name]), TOLERANCE)


def check_vectors(hone, folder, model, texts):
    rows, output = folder / "texts.jsonl", folder / "vectors.npy"
    write_rows(rows, [{"text": text} for text in texts])
    run(hone, "embed", "--model", model, "--file", rows, "--output", output, "--overwrite")
    theirs = SentenceTransformer(str(model), device="cpu").encode(texts)
    check(f"vectors of {model.name}", float(np.abs(np.load(output) - theirs).max()), TOLERANCE)


def main():
    hone, source, shared = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    minilm, stsb = source / "models" / "all-MiniLM-L6-v2", shared / "data" / "stsb"
    if not minilm.exists() or not stsb.exists():
        print("skipped: all-MiniLM-L6-v2 or STS-B is not here")
        sys.exit(SKIPPED)
    train, dev = read_pairs(stsb / "train.tsv"), read_pairs(stsb / "dev.tsv")
    texts = [row["sentence1"] for row in dev[:300]] + ["", "x" * 3000, "\u4f60\u597d"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        check_vectors(hone, folder, minilm, texts)
        check_spearman(hone, folder, dev, minilm)
        pairs = folder / "train.jsonl"
        write_rows(pairs, [{"anchor": row["sentence1"], "positive": row["sentence2"]} for row in train if float(row["score"]) >= 4][:640])
        trained = folder / "trained"
        run(hone, "train", "--model", minilm, "--task", "contrastive", "--train-file", pairs, "--output-dir", trained,
            "--per-device-train-batch-size", 64, "--mini-batch-size", 16, "--max-steps", 10, "--eval-strategy", "no", "--precision", "fp32")
        check_vectors(hone, folder, trained, texts)
        check_spearman(hone, folder, dev[:300], trained)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
