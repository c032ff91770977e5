"""Measures hone data report and hone data clean on one core, and compares cleaning with pandas.

  ./dev bench data reviews.csv [more.jsonl ...] [--hone build/release/bin/hone] [--repeat 3]

Whole processes, the fastest of --repeat runs. "without start" leaves out what `hone data head` of one row takes, most of which
is loading libtorch. pandas does the same as the rules that Python has too: html.unescape, unicodedata.normalize, " ".join(text.split())
and drop_duplicates; no figure stands without equal rows.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path[0] += "/peers"  # not this folder itself, because bench/tokenize.py would hide Python's own tokenize
import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMON = ["--unescape-entities", "--unicode-form", "NFC", "--collapse-whitespace", "--duplicates", "first"]
TYPICAL = ["--fix-mojibake", "--strip-html", *COMMON[:3], "--remove-control", "--remove-invisible", *COMMON[3:]]
PEER = """
import html, sys, unicodedata
import pandas
source, target = sys.argv[1:]
is_csv = source.endswith(".csv")
rows = pandas.read_csv(source) if is_csv else pandas.read_json(source, lines=True)
rows["text"] = [" ".join(unicodedata.normalize("NFC", html.unescape(text)).split()) for text in rows["text"]]
rows = rows.drop_duplicates("text")
rows.to_csv(target, index=False) if is_csv else rows.to_json(target, orient="records", lines=True, force_ascii=False)
"""


def measured(command, repeat):
    """Returns the least seconds of a run on one core, and the most MiB."""
    times, most = [], 0
    for _ in range(repeat):
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
        _, status, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - start)
        most = max(most, usage.ru_maxrss / 1024)
        if status != 0:
            sys.exit(f"failed: {command}")
    return min(times), most


def rows_of(path):
    rows = pandas.read_csv(path) if path.suffix == ".csv" else pandas.read_json(path, lines=True)
    return rows["text"].tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="csv or jsonl files with a column text")
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / "build/release/bin/hone")
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    data = [args.hone, "data"]
    with tempfile.TemporaryDirectory() as folder:
        for file in args.files:
            megabytes = file.stat().st_size / 1e6
            start, _ = measured([*data, "head", file, "--num-rows", 1], args.repeat)
            ours, theirs = (pathlib.Path(folder) / f"{name}{file.suffix}" for name in ("ours", "theirs"))
            write = ["--output", ours, "--overwrite"]
            jobs = {"report": [*data, "report", file, "--json"],
                    "report --no-near-duplicates": [*data, "report", file, "--json", "--no-near-duplicates"],
                    "clean, typical rules": [*data, "clean", file, *TYPICAL, *write],
                    "clean, rules of pandas": [*data, "clean", file, *COMMON, *write],
                    "pandas": [sys.executable, "-c", PEER, file, theirs]}
            for name, command in jobs.items():
                seconds, memory = measured(command, args.repeat)
                own = f", without start {megabytes / (seconds - start):.0f} MB/s" if name != "pandas" else ""
                print(f"{file.name}: {name}: {seconds:.2f} s, {megabytes / seconds:.0f} MB/s{own}, {memory:.0f} MiB", flush=True)
            if rows_of(ours) != rows_of(theirs):
                sys.exit(f"{file.name}: hone's rows are not those of pandas")


if __name__ == "__main__":
    main()
