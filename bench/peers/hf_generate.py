"""transformers' generate(), greedy, with its cache. Prints {"prefill", "decode"}: tokens per second of prompt and answer.

The time of a prompt is that of one new token; the answer's is that of `--length` tokens without it. Each is the best of two after
a warm-up.
"""
import json
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import recipe


def timed(model, ids, length):
    def once():
        start = time.perf_counter()
        with torch.inference_mode():
            model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=length, max_new_tokens=length,
                           pad_token_id=0)
        return time.perf_counter() - start

    once()
    return min(once(), once())


def main():
    args = recipe.generation_arguments(__doc__)
    torch.set_num_threads(args.threads)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=getattr(torch, args.format)).eval()
    ids = tokenizer(args.prompts[0], return_tensors="pt")["input_ids"]
    first = timed(model, ids, 1)
    rates = {"prefill": ids.shape[1] / first, "decode": 0}
    if args.length > 1:
        rates["decode"] = (args.length - 1) / (timed(model, ids, args.length) - first)
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
