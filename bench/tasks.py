"""Trains every task of text understanding with hone and with Hugging Face's Trainer, and compares metric and speed.

  ./dev bench tasks [--tasks stsb,trec] [--parts quality,speed] [--seeds 42,43,44] [--rounds 3] [--json docs/parity.json]
                    [--page docs/parity.md]

Both train all-MiniLM-L6-v2 on the same rows with the same settings, in turn. Quality: the metric is that of the evaluation
rows after the last epoch; `hone eval` and scikit-learn, scipy or seqeval compute it. The seeds change the new head, the order
of the rows and dropout, so single values differ; the means must agree within their noise. Speed: real tokens, without
padding, in a second of the first --speed-steps steps, the median of --rounds pairs of runs. A run during which other programs
took more than 3 % of the machine does not count, so leave the machine alone. All of it takes two hours on two cores; with
--json FILE a second call continues after the runs that the file has. Exits with 1 if a mean differs by more than the noise.
"""
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import dataclasses
import json
import math
import pathlib
import statistics

import machine
import recipe
import side_by_side
import task_rows
from side_by_side import Job


@dataclasses.dataclass(frozen=True)
class Task:
    name: str
    title: str
    metric: str  # as `hone eval --json` names it
    hone: tuple  # options of hone that name the task and its columns
    learning_rate: float = 5e-5
    epochs: float = 1
    rows: str = ""  # a key of task_rows.ROWS; empty: the name
    adaptation: str = "full"  # a key of ADAPTATIONS: what is trained

    def rows_of(self):
        return self.rows or self.name


# Options of hone. bench/peers/hf_task.py does the same with requires_grad and with PEFT.
ADAPTATIONS = {
    "full": (),
    "frozen": ("--freeze", "all-but-head"),
    "lora": ("--peft", "lora", "--lora-r", 8, "--lora-alpha", 16, "--lora-dropout", 0.05),
}

TASKS = (
    Task("stsb", "STS-B, Spearman", "spearman", ("--task", "regression", "--label-column", "score")),
    Task("mrpc", "MRPC, F1", "f1", ("--task", "text-classification")),
    Task("trec", "TREC-6, accuracy", "accuracy", ("--task", "text-classification")),
    Task("wnut17", "WNUT-17, entity F1", "f1", ("--task", "token-classification"), 1e-4, 2),
    Task("trec-labels", "TREC's classes and question words (multi-label), F1 micro", "f1_micro", ("--task", "multi-label"), 2e-4, 2),
    Task("sst2", "SST-2, accuracy", "accuracy", ("--task", "text-classification")),
    *(Task(f"hotel-{adaptation}", f"Chinese hotel reviews, {title}, accuracy", "accuracy", ("--task", "text-classification"), rate, epochs,
           "hotel", adaptation)
      for adaptation, title, rate, epochs in (("full", "all weights", 5e-5, 1), ("lora", "LoRA", 1e-3, 2),
                                              ("frozen", "only the head", 5e-3, 3))),
)
BATCH, MAX_LENGTH = 16, 128
UNIT = "tokens/s"
PARTS = ("quality", "speed")
MAX_OTHERS_CPU = 0.03  # share of the processor time that other programs may take in a run that is timed


def epochs_of(args, task):
    return args.epochs or task.epochs


def options():
    parser = recipe.options(__doc__)
    parser.set_defaults(data=recipe.ROOT / "../shared/data")
    parser.add_argument("--tasks", type=recipe.choices([task.name for task in TASKS]),
                        default=[task.name for task in TASKS])
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=[42, 43, 44])
    parser.add_argument("--parts", type=recipe.choices(PARTS), default=list(PARTS))
    parser.add_argument("--epochs", type=float, help="of every task, instead of its own number")
    parser.add_argument("--speed-steps", type=int, default=60)
    parser.add_argument("--page", type=pathlib.Path, metavar="FILE", help="write the comparison as a page, docs/parity.md")
    args = recipe.parse(parser)
    if len(args.seeds) < 2:
        parser.error("--seeds needs at least two: the noise is that between seeds")
    for path in (args.base_model / "config.json", args.hone, args.data / "stsb"):
        if not path.exists():
            parser.error(f"{path} is missing")
    return args


def quality_key(task, seed):
    return f"{task.name}, seed {seed}"


def speed_key(task, round_number):
    return f"{task.name}, speed {round_number}"


def hone_job(args, task, files, key, seed, steps=None):
    """`steps` trains only the first ones, and evaluates nothing."""
    def command(folder):
        train = [args.hone, "train", "--model", args.base_model, "--train-file", files["train"], *task.hone, *ADAPTATIONS[task.adaptation],
                 "--max-seq-length", MAX_LENGTH, "--num-train-epochs", epochs_of(args, task), "--per-device-train-batch-size", BATCH,
                 "--learning-rate", task.learning_rate, "--warmup-ratio", 0.1, "--weight-decay", 0.01, "--seed", seed,
                 "--logging-steps", 50, "--save-strategy", "no", "--precision", "fp32", "--num-threads", args.threads,
                 "--output-dir", folder / "model", "--json-log", folder / "log.jsonl", *(("--max-steps", steps) if steps else ())]
        if steps:
            return train
        judge = [args.hone, "eval", "--model", folder / "model", "--dataset", files["eval"], "--json", "--precision",
                 "fp32", "--num-threads", args.threads,
                 *(("--label-column", "score") if task.name == "stsb" else ())]
        quoted = [" ".join(f"'{word}'" for word in words) for words in (train, judge)]
        return ["bash", "-c", f"{quoted[0]} >&2 && {quoted[1]}"]

    def result(folder, output, _):
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().split("\n") if line]
        rate = next(line["train_tokens_per_second"] for line in lines if "train_tokens_per_second" in line)
        return {"rate": rate} if steps else {"metric": json.loads(output)[task.metric], "rate": rate}

    return Job("hone", key, command, result, recipe.environment(args.threads))


def hf_job(args, task, files, key, seed, steps=None):
    words = recipe.worker("hf_task", "--task", task.rows_of(), "--metric", task.metric, "--adaptation", task.adaptation,
                          "--model", args.base_model, "--train", files["train"], "--eval", files["eval"],
                          "--epochs", epochs_of(args, task), "--learning-rate", task.learning_rate, "--batch", BATCH,
                          "--max-length", MAX_LENGTH, "--seed", seed, "--threads", args.threads,
                          *(("--max-steps", steps) if steps else ()))
    return Job("HF Trainer", key, lambda _: words,
               lambda _, output, __: side_by_side.last_line(output), recipe.environment(args.threads))


def run_all(jobs, path):
    """Returns {key of the job: its numbers}. `path` keeps them after each job, and has those of an earlier call."""
    results = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}
    here = machine.in_words(machine.describe(), with_load=False)
    for job in jobs:
        if job.key in results:
            continue
        side_by_side.say(f"{job.key} ... ", end="")
        try:
            results[job.key] = side_by_side.run(job) | {"machine": here}
        except side_by_side.JobFailed as failure:
            side_by_side.say(f"not run: {failure}")
            continue
        metric = results[job.key].get("metric")
        side_by_side.say(f"{results[job.key]['rate']:.0f} {UNIT}" + (f", {metric:.4f}" if metric is not None else ""))
        if path:
            path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


def of_seeds(results, name, task, seeds, key):
    keys = [f"{name} {quality_key(task, seed)}" for seed in seeds]
    return [results[job][key] for job in keys if job in results]


def described(values):
    deviation = statistics.stdev(values) if len(values) > 1 else 0
    return f"{statistics.mean(values):.4f} \u00b1 {deviation:.4f}"


def allowed_difference(ours, theirs):
    """Twice the standard error of the difference of the means, and at least half a point."""
    return max(0.005, 2 * math.sqrt(statistics.variance(ours) / len(ours) + statistics.variance(theirs) / len(theirs)))


def speed_ratio(results, task):
    """Returns the ratio of the median speeds in words, or a dash if none was measured while the machine was idle."""
    rates = {}
    for name in ("hone", "HF Trainer"):
        runs = [run for key, run in results.items() if key.startswith(f"{name} {speed_key(task, '')}")]
        rates[name] = [run["rate"] for run in runs if run["others_cpu"] <= MAX_OTHERS_CPU]
    if not all(rates.values()):
        return "\u2014"
    return f"{statistics.median(rates['hone']) / statistics.median(rates['HF Trainer']):.2f}"


def compare(results, args):
    """Returns the lines of the table, and the titles of the tasks whose means differ by more than the noise."""
    lines = ["| task | epochs | hone | HF Trainer | difference | within | speed, hone/HF |", "|---|---|---|---|---|---|---|"]
    differing = []
    for task in (task for task in TASKS if task.name in args.tasks):
        ours, theirs = (of_seeds(results, name, task, args.seeds, "metric") for name in ("hone", "HF Trainer"))
        if min(len(ours), len(theirs)) < len(args.seeds):
            differing.append(task.title)
            continue
        difference, allowed = statistics.mean(ours) - statistics.mean(theirs), allowed_difference(ours, theirs)
        lines.append(f"| {task.title} | {epochs_of(args, task):g} | {described(ours)} | {described(theirs)} | {difference:+.4f} | {allowed:.4f} | "
                     f"{speed_ratio(results, task)} |")
        if abs(difference) > allowed:
            differing.append(task.title)
    return lines, differing


def machines(results, args):
    """Returns a line for each machine: the tasks whose runs it did. Kinds of processors are those of performance.md."""
    done = {}
    for task in (task for task in TASKS if task.name in args.tasks):
        for part in ("seed", "speed"):
            for words in sorted({run["machine"] for key, run in results.items() if f" {task.name}, {part} " in f" {key}"}):
                done.setdefault((words, part), []).append(task.title.split(",")[0])
    parts = {"seed": "Trained", "speed": f"Timed with {args.threads} threads"}
    return "\n\n".join(f"{parts[part]} on {words}: {', '.join(titles)}." for (words, part), titles in done.items())


def page(lines, results, args):
    table = "\n".join(lines)
    return f"""# Results beside Hugging Face's Trainer

`./dev bench tasks --json docs/parity.json --page docs/parity.md` made this page. Both programs trained all-MiniLM-L6-v2 on the same rows with the
same settings: batch size {BATCH}, rows of at most {MAX_LENGTH} tokens, fp32, seeds
{", ".join(map(str, args.seeds))}. A seed decides the new head, the order of the rows and dropout, so single runs differ. The
table has the mean and the standard deviation of the metric on the evaluation rows after the last epoch. *within* is what
the means may differ by: twice the standard error of their difference, and at least 0.005. The speed is that of the first
{args.speed_steps} steps of training, in real tokens a second: the ratio of the medians of runs in turn. A dash: not measured.

{table}

{machines(results, args)}

With dropout off and the same rows both programs compute the same losses and logits: `./dev bench parity` compares them
step by step.
"""


def main():
    args = options()
    jobs = []
    for task in (task for task in TASKS if task.name in args.tasks):
        files = task_rows.write(task.rows_of(), args.data, recipe.ROOT / "build/bench/tasks")
        for seed in args.seeds if "quality" in args.parts else ():
            jobs += [make(args, task, files, quality_key(task, seed), seed) for make in (hone_job, hf_job)]
        for number in range(args.rounds) if "speed" in args.parts else ():
            jobs += [make(args, task, files, speed_key(task, number), args.seeds[0], args.speed_steps)
                     for make in (hone_job, hf_job)]
    results = run_all(jobs, args.json)
    lines, differing = compare(results, args)
    print("\n" + "\n".join(lines))
    if args.page:
        args.page.write_text(page(lines, results, args), encoding="utf-8")
    if differing:
        sys.exit("differs by more than the noise, or was not run: " + "; ".join(differing))


if __name__ == "__main__":
    main()
