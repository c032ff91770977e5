"""The rows, models and command lines that the benches share: 1,600 + 400 reviews of IMDB, cut at 256 tokens, batch 16."""
import argparse
import os
import pathlib
import subprocess
import sys

import machine
from side_by_side import Job, last_line

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = pathlib.Path(__file__).resolve().parent
LABELS = ["NEGATIVE", "POSITIVE"]
MAX_LENGTH = 256
BATCH = 16
TRAIN_ROWS = 1600
TEST_ROWS = 400
WINDOW = 5  # steps between two measurements of the speed
MODELS = ("minilm", "distilbert")
NO_DROPOUT = {
    "minilm": ("hidden_dropout_prob", "attention_probs_dropout_prob"),
    "distilbert": ("dropout", "attention_dropout", "seq_classif_dropout"),
}
PRECISIONS = ("fp32", "bf16")
# A limit is what the products take at best: on small pages they are a tenth slower or more, and so they are where MKL
# leaves its best code aside (src/kernel/mkl_dispatch.h).
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def options(description, **defaults):
    """The parser with the options of every bench."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=defaults.get("rounds", 3), help="runs of each, in turn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cpu", choices=list(machine.LEVELS), help="keep every runner to these instructions")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "../shared/data/imdb",
                        help="IMDB in the Hub's layout: plain_text/train-*.parquet, test-*.parquet")
    parser.add_argument("--base-model", type=pathlib.Path, default=ROOT / "models/all-MiniLM-L6-v2")
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / "build/release/bin/hone")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all numbers there")
    return parser


def parse(parser):
    """The arguments; from here on, runners compute with the instructions that --cpu names."""
    args = parser.parse_args()
    if args.cpu:
        machine.limit(args.cpu)
    if getattr(args, "precisions", PRECISIONS) is None:
        args.precisions = machine.precisions()
    return args


def choices(known):
    """For argparse: a list like `fp32,bf16` of known names."""
    def parse(text):
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown {unknown[0]!r}: known are {', '.join(known)}")
        return names
    return parse


def worker(name, *arguments):
    """The command line of peers/NAME.py in this Python's environment."""
    return [sys.executable, "-B", PEERS / f"{name}.py", *arguments]


def environment(threads, **more):
    return {"OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
            "PYTHONWARNINGS": "ignore", "TRANSFORMERS_VERBOSITY": "error",
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"} | more


def prepare(args, model):
    """Makes the model folder and the file of rows (peers/prepare.py); returns their paths and the rows' token counts."""
    check_paths(args)
    return told_by("prepare", args, "--model", model, "--data", args.data, "--base-model", args.base_model, "--folder",
                   ROOT / "build/bench")


def check_paths(args):
    for path, flag in ((args.data / "plain_text", "--data"), (args.base_model / "config.json", "--base-model"),
                       (args.hone, "--hone")):
        if not path.exists():
            sys.exit(f"{path} is missing: give {flag}")


def told_by(name, args, *arguments):
    """What a worker prints last, when it is run once, before the clocks start."""
    told = subprocess.run([str(word) for word in worker(name, *arguments)], stdout=subprocess.PIPE, text=True,
                          env=os.environ | environment(args.threads))
    if told.returncode != 0:
        sys.exit(f"peers/{name}.py failed: see its message above")
    return last_line(told.stdout)


def gemm_job(args, model, tokens, precision, *flags):
    """The matrix products of the model's linear layers alone, at this many tokens a batch: peers/gemm_limit.py."""
    words = worker("gemm_limit", "--model", model, "--tokens", tokens, "--threads", args.threads, "--precision", precision,
                   *flags)
    return Job("limit: the GEMMs alone", precision, lambda _: words, lambda _, output, __: last_line(output),
               environment(args.threads) | HUGE_PAGES | {"LD_PRELOAD": str(mkl_dispatch())}, is_limit=True)


def mkl_dispatch():
    """hone's answer to MKL as a library of its own, compiled."""
    source, library = ROOT / "src/kernel/mkl_dispatch.cpp", ROOT / "build/bench/libmkl_dispatch.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CXX", "c++"), "-shared", "-fPIC", "-O2", "-I", ROOT / "src", "-o", library, source],
                   check=True)
    return library


def hone_knows(args, command, option):
    """Whether `hone COMMAND --help` names the option."""
    told = subprocess.run([args.hone, command, "--help"], capture_output=True, text=True, check=True).stdout
    return option in told
