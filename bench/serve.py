"""Compares `hone serve` with FastAPI + uvicorn + transformers' pipeline: requests per second and latencies.

  ./dev bench serve [--model minilm|distilbert|...] [--clients 1,8,64] [--texts short,long] [--seconds 5]

All servers run at the same time and get requests in turn; the others are idle. A request is one review: its first 16
words (short) or all of it, truncated to 256 tokens (long). Each client sends the next request after the response.
"""
import contextlib
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import recipe
import side_by_side
from side_by_side import Job

PEERS = {"def": "FastAPI, def", "async": "FastAPI, async def"}
TEXTS = ("short", "long")
SHORT_WORDS = 16
UNIT = "requests/s"


def options():
    parser = recipe.options(__doc__)
    recipe.add_model_option(parser)
    parser.add_argument("--clients", type=lambda text: [int(part) for part in text.split(",")], default=[1, 8, 64])
    parser.add_argument("--texts", type=recipe.choices(TEXTS), default=list(TEXTS))
    parser.add_argument("--peers", type=recipe.choices(list(PEERS)), default=list(PEERS))
    parser.add_argument("--precisions", type=recipe.choices(recipe.PRECISIONS),
                        help="fp32,bf16 of hone, if the processor has them; the peers compute in fp32")
    parser.add_argument("--seconds", type=float, default=5, help="of each run; the first tenth is not measured")
    return recipe.parse(parser)


class Server:
    """A server's process: start, wait until it responds, stop."""

    def __init__(self, name, words, environment, port):
        self.name, self.port = name, port
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=self.errors,
                                        env=os.environ | environment)

    def wait_until_ready(self):
        while not self.answers():
            if self.process.poll() is not None:
                self.errors.seek(0)
                sys.exit(f"{self.name}: {side_by_side.reason(self.errors.read(), self.process.returncode)}")
            time.sleep(0.2)

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/predict", json.dumps({"inputs": "ready?"}), {"Content-Type": "application/json"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def peak_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_servers(args, model):
    servers = []
    for precision in args.precisions:
        port = free_port()
        words = [args.hone, "serve", "--model", model, "--port", port, "--max-seq-length", recipe.MAX_LENGTH,
                 "--num-threads", args.threads, "--precision", precision]
        servers.append(Server("hone" if precision == "fp32" else f"hone, {precision}", words, {}, port))
    for endpoint in args.peers:
        port = free_port()
        words = recipe.worker("fastapi_serve", "--model", model, "--port", port, "--threads", args.threads, "--endpoint",
                              endpoint)
        servers.append(Server(PEERS[endpoint], words, recipe.environment(args.threads), port))
    return servers


def write_texts(args, prepared, folder):
    """Returns {kind: file with one JSON text per line}."""
    reviews = [json.loads(line)["text"] for line in pathlib.Path(prepared["test_file"]).open(encoding="utf-8")]
    files = {}
    for kind in args.texts:
        texts = reviews if kind == "long" else [" ".join(review.split()[:SHORT_WORDS]) for review in reviews]
        files[kind] = folder / f"{kind}.jsonl"
        files[kind].write_text("".join(json.dumps(text) + "\n" for text in texts))
    return files


def load_job(args, server, kind, texts, clients):
    words = recipe.worker("http_load", "--port", server.port, "--texts", texts, "--clients", clients, "--seconds",
                          args.seconds)
    return Job(server.name, f"{kind}, {clients} clients", lambda _: words,
               lambda _, output, __: side_by_side.last_line(output))


def print_table(results):
    width = max(len(result["name"]) for result in results.values())
    print(f"{'':{width}} {'requests/s':>10}  {'lowest-highest':>15}  {'hone/it':>7}  {'p50 ms':>8}  {'p99 ms':>8}  "
          f"{'failed':>6}  {'load':>5}")
    group = ""
    for result in results.values():
        if result["group"] != group:
            group = result["group"]
            print(group)
        if not result["runs"]:
            print(f"{result['name']:{width}} {'-':>10}  {result['failed']}")
            continue
        median = {key: statistics.median(run[key] for run in result["runs"])
                  for key in ("p50_ms", "p99_ms", "failures", "cpu_share")}
        print(f"{result['name']:{width}} {result['median']:10.1f}  {result['lowest']:7.1f}-{result['highest']:<7.1f}  "
              f"{side_by_side.cell(result.get('hone_ratio'), '.2f'):>7}  {median['p50_ms']:8.2f}  {median['p99_ms']:8.2f}  "
              f"{median['failures']:6.0f}  {median['cpu_share']:5.0%}")
    print("hone/it: hone's requests per second over the peer's; load: share of one core that the clients used")


def main():
    args = options()
    about = machine.describe()
    prepared = recipe.prepare(args, args.model)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        files = write_texts(args, prepared, pathlib.Path(folder))
        servers = start_servers(args, prepared["model"])
        for server in servers:
            stack.callback(server.stop)
        for server in servers:
            server.wait_until_ready()
        jobs = [load_job(args, server, kind, files[kind], clients)
                for kind in args.texts for clients in args.clients for server in servers]
        results = side_by_side.in_turn(jobs, args.rounds, UNIT)
        peaks = {server.name: server.peak_mib() for server in servers}
    print(f"serving, {args.model}, {args.threads} threads, medians of {args.rounds} rounds of {args.seconds:g} s\n"
          f"{machine.in_words(about)}")
    print_table(results)
    print("peak memory: " + ", ".join(f"{name} {peak:.0f} MiB" for name, peak in peaks.items()))
    side_by_side.write_json(args.json, {"bench": "serve", "model": args.model, "threads": args.threads,
                                        "machine": about, "peak_mib": peaks, "results": results})


if __name__ == "__main__":
    main()
