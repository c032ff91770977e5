"""Tests huggingface_hub's InferenceClient with a running `hone serve`: its parameters have their effect, and its
results equal those of hone predict. If transformers is installed too, the scores are compared with its pipeline.

  python tests/web/inference_client.py build/release/bin/hone [MODEL]

Skipped (exit 77) if huggingface_hub is not installed. `./dev test` installs it into tests/.venv.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77
TEXTS = ["good movie", "A very bad film, and boring!", "", "it is not brilliant", "the plot was awful; the acting, fun"]

os.environ.pop("HF_HUB_OFFLINE", None)  # in offline mode the client sends no requests, not even to this machine


class Server:
    def __init__(self, program, model, *options):
        self.log = tempfile.NamedTemporaryFile("r+")
        command = [program, "serve", "--model", model, "--port", "0", "--num-threads", "1", "--precision", "fp32"]
        self.process = subprocess.Popen([*command, *options], stderr=self.log)

    def __enter__(self):
        self.url = self.wait_for(r"listening on (http://\S+)")
        self.wait_for(r" is (ready)")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def wait_for(self, pattern):
        for _ in range(600):
            found = re.search(pattern, pathlib.Path(self.log.name).read_text())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"hone serve did not say {pattern!r}:\n{pathlib.Path(self.log.name).read_text()}")


def predicted(program, model, text):
    """Returns {label: score} of `hone predict`."""
    words = [program, "predict", "--model", model, "--num-threads", "1", "--json", "--text", text]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)["scores"]


def check_close(got, expected, bound, what):
    assert [element.label for element in got] == sorted(expected, key=expected.get, reverse=True), (what, got, expected)
    for element in got:
        difference = abs(element.score - expected[element.label])
        assert difference <= bound, f"{what}: {element.label} is {element.score}, not {expected[element.label]}"


def check_client(client, program, model):
    for text in TEXTS:
        got = client.text_classification(text)
        check_close(got, predicted(program, model, text), 1e-6, repr(text))
    first = client.text_classification(TEXTS[0], top_k=1)
    assert len(first) == 1 and first[0].label == got_label(client, TEXTS[0]), first
    logits = client.text_classification(TEXTS[0], function_to_apply="none")
    assert abs(sum(element.score for element in logits) - 1) > 1e-3, logits


def got_label(client, text):
    return client.text_classification(text)[0].label


def check_errors(client, errors):
    for arguments, words in (({"top_k": 0}, "parameters.top_k must be a whole number >= 1"),
                             ({"function_to_apply": "max"}, "unknown function_to_apply")):
        try:
            client.text_classification(TEXTS[0], **arguments)
        except errors.HfHubHTTPError as error:
            assert error.response.status_code == 400, error
            assert words in str(error) or words in error.response.text, error
        else:
            sys.exit(f"{arguments} was taken")


def check_key(server_of, InferenceClient, errors):
    with tempfile.NamedTemporaryFile("w") as keys:
        keys.write("open-sesame\n")
        keys.flush()
        with server_of("--api-key-file", keys.name) as server:
            assert InferenceClient(base_url=server.url, api_key="open-sesame").text_classification("good")
            try:
                InferenceClient(base_url=server.url, api_key="wrong").text_classification("good")
            except errors.HfHubHTTPError as error:
                assert error.response.status_code == 401, error
            else:
                sys.exit("a wrong key was taken")


def check_pipeline(client, model):
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError:
        print("transformers is not installed here: its pipeline was not compared")
        return
    classify = transformers.pipeline("text-classification", model=str(model), device="cpu")
    for text in TEXTS:
        expected = {entry["label"]: entry["score"] for entry in classify(text, top_k=None)}
        check_close(client.text_classification(text), expected, 1e-5, repr(text))
    print(f"scores within 1e-5 of transformers {transformers.__version__}'s pipeline")


def tagger(program, folder):
    """Trains a token classifier for one step: its entities mean nothing, but client and program must agree on them."""
    rows = folder / "rows.jsonl"
    rows.write_text('{"tokens": ["good", "movie"], "ner_tags": ["B-x", "O"]}\n{"tokens": ["bad"], "ner_tags": ["I-x"]}\n')
    subprocess.run([program, "train", "--model", ROOT / "tests/fixtures/models/tiny-bert", "--dataset", rows,
                    "--max-steps", "1", "--num-threads", "1", "--output-dir", folder / "tagger"],
                   check=True, capture_output=True)
    return folder / "tagger"


def check_entities(client, program, model):
    num_found = 0
    for text in TEXTS[:2] + TEXTS[3:]:
        for strategy in ("simple", "first", "average", "max"):
            words = [program, "predict", "--model", model, "--num-threads", "1", "--json", "--ignore-labels", "x",
                     "--aggregation-strategy", strategy, "--text", text]
            output = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            expected = json.loads(output)["entities"]
            got = client.token_classification(text, aggregation_strategy=strategy, ignore_labels=["x"])
            places = [(entity.entity_group, entity.word, entity.start, entity.end) for entity in got]
            assert places == [tuple(entity[key] for key in ("entity_group", "word", "start", "end"))
                              for entity in expected], (text, strategy, got, expected)
            assert all(abs(a.score - b["score"]) < 1e-6 for a, b in zip(got, expected)), (got, expected)
            found = client.token_classification(text, aggregation_strategy=strategy, ignore_labels=[])
            assert "".join(entity.word for entity in found).replace(" ", ""), found
            num_found += len(found)
    assert num_found > 0


def main():
    try:
        import huggingface_hub
        from huggingface_hub import InferenceClient, errors
    except ImportError:
        print("skipped: huggingface_hub is not installed here (./dev test installs it into tests/.venv)")
        sys.exit(SKIPPED)
    program = sys.argv[1]
    model = sys.argv[2] if len(sys.argv) > 2 else ROOT / "tests/fixtures/models/tiny-bert"
    with Server(program, model) as server:
        for url in (server.url, server.url + "/predict"):
            check_client(InferenceClient(base_url=url), program, model)
        check_client(InferenceClient(model=server.url + "/predict"), program, model)
        check_errors(InferenceClient(base_url=server.url), errors)
        check_pipeline(InferenceClient(base_url=server.url), model)
    with tempfile.TemporaryDirectory() as folder:
        tags = tagger(program, pathlib.Path(folder))
        with Server(program, tags) as server:
            check_entities(InferenceClient(base_url=server.url), program, tags)
    check_key(lambda *options: Server(program, model, *options), InferenceClient, errors)
    print(f"huggingface_hub {huggingface_hub.__version__}: text_classification and token_classification work against hone serve")


if __name__ == "__main__":
    main()
