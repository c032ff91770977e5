"""Optuna opens the journal of hone search, continues the study, and hone continues Optuna's; every prefix of whole lines
opens, which is what hone leaves of a journal that a crash cut.

Usage: search_optuna.py HONE SOURCE_DIR
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import optuna
except ImportError:
    print("skipped: optuna is not installed (tests/requirements.txt)")
    sys.exit(77)
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
CONFIG = """train_file: [{rows}]
validation_file: [{rows}]
eval_strategy: epoch
num_train_epochs: 2
max_seq_length: 40
metric_for_best_model: accuracy
search:
  pruner: halving
  space:
    learning_rate: {{low: 1.0e-5, high: 1.0e-1, log: true}}
    per_device_train_batch_size: {{low: 4, high: 12, step: 4}}
    optim: [adamw, sgd]
    momentum: {{low: 0, high: 0.9, when: {{optim: sgd}}}}
    freeze: [[], all-but-head]
"""


def write_rows(path):
    words = ["bad and awful", "a scene in time", "good, very good"]
    labels = ["NEGATIVE", "NEUTRAL", "POSITIVE"]
    path.write_text("text,label\n" + "".join(
        f'"the movie was {words[row % 3]}",{labels[row % 3]}\n' for row in range(30)))


def searched(hone, source, folder, trials):
    command = [hone, "search", folder / "search.yaml", "--model", f"{source}/tests/fixtures/models/tiny-bert",
               "--output-dir", folder / "out", "--num-threads=1", "--trials", str(trials)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return json.loads((folder / "out" / "search.json").read_text())


def opened(journal):
    return optuna.load_study(study_name="hone", storage=JournalStorage(JournalFileBackend(str(journal))))


def check_same(study, report):
    """Compares Optuna's trials with those that hone reports."""
    trials = study.get_trials()
    assert len(trials) == len(report["trials"])
    assert study.direction.name.lower() == report["direction"]
    for ours in report["trials"]:
        trial = trials[ours["number"]]
        assert trial.state.name.lower().replace("fail", "failed") == ours["state"], (trial, ours)
        assert trial.value == ours["value"], (trial, ours)
        assert trial.params == ours["parameters"], (trial, ours)
        assert [[step, None if math.isnan(value) else value]
                for step, value in trial.intermediate_values.items()] == ours["evaluations"]
        assert trial.datetime_start is not None
    assert study.best_trial.number == report["trials"][0]["number"] or study.best_value == report["trials"][0]["value"]


def check_prefixes(journal, folder):
    lines = journal.read_bytes().splitlines(keepends=True)
    cut = folder / "cut.log"
    for count in range(1, len(lines) + 1):
        cut.write_bytes(b"".join(lines[:count]))
        assert len(opened(cut).get_trials()) <= len(lines)


def suggested(trial):
    trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    trial.suggest_int("per_device_train_batch_size", 4, 12, step=4)
    if trial.suggest_categorical("optim", ["adamw", "sgd"]) == "sgd":
        trial.suggest_float("momentum", 0, 0.9)
    trial.suggest_categorical("freeze", ["", "all-but-head"])


def main(hone, source):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_rows(folder / "rows.csv")
        (folder / "search.yaml").write_text(CONFIG.format(rows=folder / "rows.csv"))
        report = searched(hone, source, folder, 6)
        journal = folder / "out" / "journal.log"
        study = opened(journal)
        check_same(study, report)
        check_prefixes(journal, folder)
        for number in range(6):  # past the random trials, so that TPE reads hone's
            trial = study.ask()
            suggested(trial)
            trial.report(0.25, 1)
            study.tell(trial, 0.5 + number / 100)
        failed = study.ask()
        suggested(failed)
        failed.report(math.nan, 1)
        study.tell(failed, state=optuna.trial.TrialState.FAIL)
        study.enqueue_trial({"learning_rate": 3e-4, "optim": "adamw"})
        report = searched(hone, source, folder, 14)
        study = opened(journal)
        check_same(study, report)
        enqueued = study.get_trials()[13]
        assert enqueued.params["learning_rate"] == 3e-4 and enqueued.params["optim"] == "adamw", enqueued
        assert enqueued.state.is_finished()
        assert optuna.importance.get_param_importances(study).keys() == {
            share["option"] for share in report["importances"]}


if __name__ == "__main__":
    main(*sys.argv[1:])
