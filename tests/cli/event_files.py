# cli/event_files: TensorBoard reads the event files of a run, also of a run that was stopped and resumed.
# Skipped (exit 77) if the tensorboard package is not installed. usage: event_files.py PROGRAM ROOT
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
PREFIXES = {"eval_": "eval/"}


def train(program, root, folder, *more):
    rows = folder / "rows.csv"
    words = ["bad and awful", "boring", "good, very good", "fun"]
    lines = [f'"the movie was {words[i % 4]}",{"NEGATIVE" if i % 4 < 2 else "POSITIVE"}' for i in range(60)]
    rows.write_text("text,label\n" + "\n".join(lines) + "\n")
    command = [program, "train", "--model", root / "tests/fixtures/models/tiny-bert", "--dataset", rows, "--output-dir",
               folder / "out", "--num-threads=1", "--validation-split=0.2", "--max-steps=20", "--logging-steps=2",
               "--eval-strategy=steps", "--eval-steps=5", "--save-steps=5", "--max-seq-length=40",
               "--ignore-mismatched-sizes", "--report-to=tensorboard", f"--logging-dir={folder / 'logs'}", *more]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tag(key):
    for prefix, to in PREFIXES.items():
        if key.startswith(prefix):
            return to + key[len(prefix):]
    return "train/" + key


def expected_scalars(log):
    scalars = {}
    for entry in log:
        for key, value in entry.items():
            if key not in ("step", "time") and isinstance(value, (int, float)):
                scalars.setdefault(tag(key), []).append((entry["step"], value))
    return scalars


def check(events, folder):
    log = json.loads((folder / "out/trainer_state.json").read_text())["log_history"]
    expected = expected_scalars(log)
    assert set(events.Tags()["scalars"]) == set(expected), (events.Tags()["scalars"], sorted(expected))
    for name in ("train/loss", "train/learning_rate", "train/grad_norm", "train/epoch", "eval/loss", "eval/accuracy",
                 "train/train_runtime"):
        assert name in expected, name
    for name, values in expected.items():
        read = [(event.step, event.value) for event in events.Scalars(name)]
        assert [step for step, _ in read] == [step for step, _ in values], (name, read, values)
        for (_, got), (_, wanted) in zip(read, values):
            assert abs(got - wanted) <= 1e-6 * max(1.0, abs(wanted)), (name, got, wanted)


def texts(events):
    return {name: [json.loads(event.tensor_proto.string_val[0].decode()) for event in events.Tensors(name)]
            for name in events.Tags()["tensors"]}


def main():
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        print("skipped: the tensorboard package is not installed")
        return SKIPPED
    program, root = sys.argv[1], Path(sys.argv[2])
    for stops in ([], ["--stop-after-steps=8"]):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for stop in stops:
                train(program, root, folder, stop)
            train(program, root, folder, "--resume-from-checkpoint=true")
            events = EventAccumulator(str(folder / "logs"), size_guidance={"scalars": 0, "tensors": 0})
            events.Reload()
            check(events, folder)
            found = texts(events)
            assert set(found) == {"args/text_summary", "model_config/text_summary"}, found.keys()
            assert found["args/text_summary"][-1]["max_steps"] == 20
            assert found["model_config/text_summary"][-1]["model_type"] == "bert"
            print(f"{len(events.Tags()['scalars'])} scalars, {len(found)} texts, after {len(stops)} stops: equal")
    return 0


sys.exit(main())
