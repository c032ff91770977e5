"""Compares the generation of hone with transformers' generate() and llama.cpp: tokens per second of prompts and of answers.

  ./dev bench generate [--model smollm2|qwen2-0.5b] [--parts decode,prefill,together,start] [--formats float32,bfloat16]
                       [--llama PYTHON]

decode: an answer of 128 tokens to a short prompt. prefill: 8 prompts of 512 tokens, one after another (the peers: one of them, the
best of two after a warm-up). together: 16 prompts at the same time, and the same answers one after another. start: seconds from
the start of the process to its end with one token.

SmolLM2 is the real model (`./dev model smollm2`); Qwen2-0.5B has random weights, which suffice for speed. Rates do not count the
loading of the model. llama.cpp runs in another Python, which has llama-cpp-python built for this processor; its file has the same
weights as F16.
"""
import json
import pathlib
import sys

sys.path[0] += "/peers"  # not this folder itself, because its tokenize.py would hide Python's own
import machine
import recipe
import side_by_side
from side_by_side import Job

PARTS = ("decode", "prefill", "together", "start")
FORMATS = {"float32": "fp32", "bfloat16": "bf16"}
MODELS = {"smollm2": "models/SmolLM2-135M-Instruct", "qwen2-0.5b": ""}
PROMPT = "Once upon a time there was a"
ANSWER, LONG, LONG_PROMPTS, TOGETHER = 128, 512, 8, 16
ONE_BY_ONE = {"together": 256, "prefill": 640}  # --max-batch-tokens with room for one sequence
UNIT = "tokens/s"


def options():
    parser = recipe.options(__doc__)
    parser.add_argument("--model", choices=MODELS, default="smollm2")
    parser.add_argument("--parts", type=recipe.choices(PARTS), default=list(PARTS))
    parser.add_argument("--formats", type=recipe.choices(FORMATS), default=list(FORMATS))
    parser.add_argument("--llama", type=pathlib.Path, metavar="PYTHON", help="a Python with llama-cpp-python; without it llama.cpp is left out")
    return recipe.parse(parser)


def prompts(prepared, part):
    if part == "prefill":
        return prepared["long_prompts"]
    return [f"{PROMPT} {word}" for word in prepared["words"][:TOGETHER]] if part == "together" else [PROMPT]


def length(part):
    return ANSWER if part in ("decode", "together") else 1


def hone_job(args, prepared, part, form, alone=False):
    """`alone`: the prompts of `together` one after another."""
    def command(folder):
        file = folder / "prompts.jsonl"
        file.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in prompts(prepared, part)))
        words = [args.hone, "generate", "--model", prepared["model"], "--prompts", file, "--no-do-sample", "--json", "--dtype", form,
                 "--precision", FORMATS[form], "--max-new-tokens", length(part), "--min-new-tokens", length(part), "--num-threads",
                 args.threads, "--timings", folder / "timings.json"]
        return words + (["--max-batch-tokens", ONE_BY_ONE[part]] if alone or part == "prefill" else [])

    def result(folder, _, seconds):
        timings = json.loads((folder / "timings.json").read_text())
        if part == "start":
            return {"rate": 1 / seconds, "seconds": seconds}
        of = "prompt" if part == "prefill" else "answer"
        return {"rate": timings[f"{of}_tokens"] / timings[f"{of}_seconds"], "load_seconds": timings["load_seconds"]}

    return Job("hone, one by one" if alone else "hone", f"{part} {FORMATS[form]}", command, result)


def peer_job(args, prepared, peer, part, form, python=None):
    words = recipe.worker(f"{peer}_generate", "--model", prepared["model" if peer == "hf" else "gguf"], "--prompts",
                          json.dumps(prompts(prepared, part)), "--length", length(part), "--threads", args.threads,
                          "--format", form)
    if python:
        words[0] = python
    title = {"hf": "transformers", "llama": "llama.cpp F16"}[peer]

    def result(_, output, seconds):
        told = side_by_side.last_line(output)
        return {"rate": 1 / seconds if part == "start" else told["prefill" if part == "prefill" else "decode"]}

    return Job(title, f"{part} {FORMATS[form]}", lambda _: words, result, recipe.environment(args.threads))


def jobs_of(args, prepared, part, form):
    jobs = [hone_job(args, prepared, part, form)]
    if part == "together":
        return jobs + [hone_job(args, prepared, part, form, alone=True)]
    jobs.append(peer_job(args, prepared, "hf", part, form))
    if args.llama and form == "bfloat16" and part != "start":
        jobs.append(peer_job(args, prepared, "llama", part, form, args.llama))
    if part == "prefill" and FORMATS[form] in machine.precisions():
        jobs.append(recipe.gemm_job(args, prepared["model"], LONG, FORMATS[form], "--forward-only"))
    return jobs


def main():
    args = options()
    about = machine.describe()
    model = recipe.ROOT / MODELS[args.model] if MODELS[args.model] else ""
    if model and not (model / "model.safetensors").exists():
        sys.exit(f"{model} is missing: run ./dev model smollm2")
    prepared = recipe.told_by("prepare_generate", args, "--shape", args.model, "--model", model, "--tokens", LONG, "--prompts",
                              LONG_PROMPTS, "--folder", recipe.ROOT / "build/bench", *(["--gguf"] if args.llama else []))
    jobs = [job for part in args.parts for form in args.formats for job in jobs_of(args, prepared, part, form)]
    results = side_by_side.in_turn(jobs, args.rounds, UNIT)
    print(f"generation, {args.model}, {args.threads} threads, {UNIT} (start: runs/s), medians of {args.rounds} rounds\n"
          f"{machine.in_words(about)}")
    side_by_side.print_table(results, UNIT)
    side_by_side.write_json(args.json, {"bench": "generate", "model": args.model, "threads": args.threads, "machine": about,
                                        "results": results})


if __name__ == "__main__":
    main()
