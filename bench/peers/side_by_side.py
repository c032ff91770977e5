"""Runs jobs in turn (A B C, A B C), each in its own process, and summarises their measurements.

The driver imports nothing large, because the peak memory of a child begins at its parent's memory.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Job:
    """`command` gets an empty folder for the run; `result` gets this folder, the standard output and the seconds."""
    name: str
    group: str  # such as fp32 or 2 threads; the jobs of a group are compared with its hone job
    command: Callable
    result: Callable  # -> {"rate": ..., other measurements}
    environment: dict = field(default_factory=dict)
    missing: str = ""  # why the job cannot run here, and what to do
    is_limit: bool = False  # not a runner, but the upper limit for all

    @property
    def key(self):
        return f"{self.name} {self.group}"


class JobFailed(Exception):
    pass


def busy_seconds():
    """Processor time of all programs of this machine together, without waiting."""
    fields = pathlib.Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0].split()[1:]
    user, nice, system, _, _, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def run(job):
    """Returns the numbers of one run: those of the job, and wall_seconds and peak_mib of its process, and others_cpu, the
    share of the machine's processor time that other programs took meanwhile."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile("w+") as errors, \
            tempfile.TemporaryFile("w+") as output:
        folder = pathlib.Path(name)
        start, busy_before = time.monotonic(), busy_seconds()
        process = subprocess.Popen([str(word) for word in job.command(folder)], stdout=output, stderr=errors,
                                   env=os.environ | job.environment)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        others = busy_seconds() - busy_before - usage.ru_utime - usage.ru_stime
        errors.seek(0)
        if process.returncode != 0:
            raise JobFailed(reason(errors.read(), process.returncode))
        output.seek(0)
        numbers = job.result(folder, output.read(), seconds)
        return numbers | {"wall_seconds": round(seconds, 2), "peak_mib": round(usage.ru_maxrss / 1024),
                          "others_cpu": round(max(0, others) / seconds / os.cpu_count(), 4)}


def reason(errors, code):
    """Returns the line of the error: hone's `error: ...`, or the last line of a Python traceback."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("error:")] or lines[-1:]
    return f"exit code {code}: {told[0][:200]}" if told else f"exit code {code}"


def in_turn(jobs, rounds, unit):
    """Returns {key of the job: {"runs": [...], "failed": why or None}}. Later rounds skip a job that failed."""
    results = {job.key: {"name": job.name, "group": job.group, "is_limit": job.is_limit, "runs": [],
                         "failed": job.missing or None} for job in jobs}
    for round_number in range(1, rounds + 1):
        for job in jobs:
            result = results[job.key]
            if result["failed"]:
                continue
            say(f"round {round_number}/{rounds}: {job.key} ... ", end="")
            try:
                result["runs"].append(run(job))
                say(f"{result['runs'][-1]['rate']:.1f} {unit}")
            except JobFailed as failure:
                result["failed"] = str(failure)
                say(f"not run: {failure}")
    for result in results.values():
        result |= summary(result["runs"])
    add_ratios(results)
    return results


def summary(runs):
    if not runs:
        return {}
    rates = [run["rate"] for run in runs]
    return {"median": statistics.median(rates), "lowest": min(rates), "highest": max(rates),
            "peak_mib": statistics.median(run["peak_mib"] for run in runs),
            "wall_seconds": statistics.median(run["wall_seconds"] for run in runs)}


def add_ratios(results):
    """Returns how many times faster the group's first hone job is, its share of the memory, and the share of the limit."""
    measured = [result for result in results.values() if result["runs"]]
    for result in measured:
        same = [other for other in measured if other["group"] == result["group"]]
        ours = next((other for other in same if other["name"].startswith("hone")), None)
        limit = next((other for other in same if other["is_limit"]), None)
        if limit and not result["is_limit"]:
            result["share_of_limit"] = result["median"] / limit["median"]
        if ours and not result["is_limit"] and not result["name"].startswith("hone"):
            result["hone_ratio"] = ours["median"] / result["median"]
            result["hone_memory_ratio"] = ours["peak_mib"] / result["peak_mib"]


def print_table(results, unit):
    width = max(len(key) for key in results)
    print(f"{'':{width}} {unit:>10}  {'lowest-highest':>17}  {'hone/it':>7}  {'of limit':>8}  {'peak MiB':>8}  "
          f"{'memory':>6}  {'wall s':>6}")
    for key, result in results.items():
        if not result["runs"]:
            print(f"{key:{width}} {'-':>10}  {result['failed']}")
            continue
        print(f"{key:{width}} {result['median']:10.1f}  {result['lowest']:8.1f}-{result['highest']:<8.1f}  "
              f"{cell(result.get('hone_ratio'), '.2f'):>7}  {cell(result.get('share_of_limit'), '.0%'):>8}  "
              f"{result['peak_mib']:8.0f}  {cell(result.get('hone_memory_ratio'), '.2f'):>6}  "
              f"{result['wall_seconds']:6.1f}")
    print("hone/it: how many times faster hone is; memory: hone's peak over the peer's; wall s: the whole process")


def cell(value, form):
    return "" if value is None else format(value, form)


def write_json(path, numbers):
    if path:
        pathlib.Path(path).write_text(json.dumps(numbers, indent=1) + "\n")


def last_line(output):
    """Returns the last line that a worker of this folder prints: one JSON object."""
    return json.loads(output.strip().splitlines()[-1])


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)
