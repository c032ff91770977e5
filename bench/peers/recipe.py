"""Rows, models and command lines of all benches: 1,600 + 400 reviews of IMDB, truncated to 256 tokens, batch size 16."""
import argparse
import dataclasses
import json
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
HEAD_LEARNING_RATE = 1e-3  # of a training of the head alone
TRAIN_ROWS = 1600
TEST_ROWS = 400
WINDOW = 5  # steps between two measurements of the speed


@dataclasses.dataclass(frozen=True)
class Shape:
    """A model of the benches: all-MiniLM-L6-v2 itself, or random weights of a configuration, which suffice for speed."""
    title: str
    dropouts: tuple = ("hidden_dropout_prob", "attention_probs_dropout_prob")  # keys of config.json
    config_class: str = ""  # of transformers, whose defaults are those of the base size; empty: the base model itself
    settings: dict = dataclasses.field(default_factory=dict)  # what differs from the defaults of the class


MODELS = {
    "minilm": Shape("all-MiniLM-L6-v2"),
    "distilbert": Shape("distilbert-base", ("dropout", "attention_dropout", "seq_classif_dropout"), "DistilBertConfig"),
    "roberta": Shape("roberta-base", config_class="RobertaConfig",
                     settings={"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1}),
    "deberta-v3-small": Shape("deberta-v3-small", config_class="DebertaV2Config", settings={
        "num_hidden_layers": 6, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072, "type_vocab_size": 0,
        "relative_attention": True, "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "layer_norm_eps": 1e-7, "max_relative_positions": -1}),
    "modernbert": Shape("ModernBERT-base", ("embedding_dropout", "attention_dropout", "mlp_dropout", "classifier_dropout"),
                        "ModernBertConfig"),
}
PRECISIONS = ("fp32", "bf16")
# The limit requires the fastest products: on small pages, or without MKL's best code (src/kernel/mkl_dispatch.h), they
# are at least a tenth slower.
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def options(description, **defaults):
    """Returns a parser with the options of every bench."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=defaults.get("rounds", 3), help="runs of each runner, in turn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cpu", choices=list(machine.LEVELS), help="limit every runner to these instructions")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "../shared/data/imdb",
                        help="IMDB in the Hub's layout: plain_text/train-*.parquet, test-*.parquet")
    parser.add_argument("--base-model", type=pathlib.Path, default=ROOT / "models/all-MiniLM-L6-v2")
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / "build/release/bin/hone")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all numbers there")
    return parser


def parse(parser):
    """Returns the parsed arguments, and limits later runners to the instructions of --cpu."""
    args = parser.parse_args()
    if args.cpu:
        machine.limit(args.cpu)
    if getattr(args, "precisions", PRECISIONS) is None:
        args.precisions = machine.precisions()
    return args


def add_model_option(parser):
    parser.add_argument("--model", choices=MODELS, default="minilm",
                        help="all-MiniLM-L6-v2, or a shape with random weights: " +
                             ", ".join(shape.title for shape in MODELS.values() if shape.config_class))


def choices(known):
    """Returns a type for argparse: a list of known names such as `fp32,bf16`."""
    def parse(text):
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown {unknown[0]!r}: known are {', '.join(known)}")
        return names
    return parse


def worker(name, *arguments):
    """Returns the command line of peers/NAME.py in this Python's environment."""
    return [sys.executable, "-B", PEERS / f"{name}.py", *arguments]


def generation_arguments(description):
    """Returns the parsed command line of a peer of bench/generate.py, with the prompts as a list."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--prompts", required=True, type=json.loads, help="a JSON list of texts")
    parser.add_argument("--format", required=True, help="float32 or bfloat16")
    parser.add_argument("--length", type=int, required=True, help="tokens of an answer")
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


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
    """Runs a worker once without measuring it; returns the last line of its output."""
    told = subprocess.run([str(word) for word in worker(name, *arguments)], stdout=subprocess.PIPE, text=True,
                          env=os.environ | environment(args.threads))
    if told.returncode != 0:
        sys.exit(f"peers/{name}.py failed: see its message above")
    return last_line(told.stdout)


def gemm_job(args, model, tokens, precision, *flags):
    """Returns the job of the limit for this many tokens per batch: peers/gemm_limit.py."""
    words = worker("gemm_limit", "--model", model, "--tokens", tokens, "--threads", args.threads, "--precision", precision,
                   *flags)
    return Job("limit: the GEMMs alone", precision, lambda _: words, lambda _, output, __: last_line(output),
               environment(args.threads) | HUGE_PAGES | {"LD_PRELOAD": str(mkl_dispatch())}, is_limit=True)


def mkl_dispatch():
    """Compiles src/kernel/mkl_dispatch.cpp as a library; returns its path."""
    source, library = ROOT / "src/kernel/mkl_dispatch.cpp", ROOT / "build/bench/libmkl_dispatch.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CXX", "c++"), "-shared", "-fPIC", "-O2", "-I", ROOT / "src", "-o", library, source],
                   check=True)
    return library


def hone_knows(args, command, option):
    """Returns whether `hone COMMAND --help` names the option."""
    told = subprocess.run([args.hone, command, "--help"], capture_output=True, text=True, check=True).stdout
    return option in told
