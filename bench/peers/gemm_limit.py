"""The limit: only the matrix products of a model's linear layers (forward, dx, dw), for the actual numbers of tokens.

Each layer has its own weights, and results go to allocated memory, so that only GEMMs are timed.
Prints {"rate": tokens per second} as JSON. Attention's own products are not included, and the head only with --head.
"""
import argparse
import json
import pathlib
import statistics
import time

import recipe


def shapes_of(module, skipped=""):
    """Returns (inputs, outputs) of every linear layer; GPT-2 stores its weights transposed."""
    import torch
    from transformers.pytorch_utils import Conv1D

    shapes = []
    for name, layer in module.named_modules():
        if skipped and name.startswith(skipped):
            continue
        if isinstance(layer, torch.nn.Linear):
            shapes.append((layer.in_features, layer.out_features))
        elif isinstance(layer, Conv1D):
            shapes.append(tuple(layer.weight.shape))
    return shapes


def linear_shapes(folder):
    """Returns those of the body."""
    import torch
    from transformers import AutoConfig, AutoModel

    with torch.device("meta"):
        return shapes_of(AutoModel.from_config(AutoConfig.from_pretrained(folder)), skipped="pooler")


def head_shapes(folder):
    """Returns those of the language model's head."""
    import torch
    import transformers

    config = transformers.AutoConfig.from_pretrained(folder)
    with torch.device("meta"):
        model = getattr(transformers, config.architectures[0])(config)
    return shapes_of(model, skipped=model.base_model_prefix + ".")


class Layer:
    def __init__(self, inputs, outputs, tokens, kind):
        import torch

        self.multiply = torch.mm
        self.weight = torch.randn(outputs, inputs).to(kind)
        self.dw = torch.empty_like(self.weight)
        self.x = torch.randn(tokens, inputs).to(kind)
        self.dy = torch.randn(tokens, outputs).to(kind)
        self.y, self.dx = torch.empty_like(self.dy), torch.empty_like(self.x)

    def forward(self):
        self.multiply(self.x, self.weight.t(), out=self.y)

    def backward(self):
        self.multiply(self.dy, self.weight, out=self.dx)
        self.multiply(self.dy.t(), self.x, out=self.dw)


def rate(shapes, tokens, kind, with_backward, repeats, head=(), head_tokens=0):
    layers = [Layer(inputs, outputs, tokens, kind) for inputs, outputs in shapes]
    layers += [Layer(inputs, outputs, head_tokens, kind) for inputs, outputs in head]
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        for layer in layers:
            layer.forward()
        for layer in reversed(layers) if with_backward else ():
            layer.backward()
        seconds.append(time.perf_counter() - start)
    return tokens / statistics.median(seconds[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder with config.json")
    parser.add_argument("--tokens", type=int, required=True, help="real tokens of a batch")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--precision", choices=recipe.PRECISIONS, default="fp32")
    parser.add_argument("--forward-only", action="store_true")
    parser.add_argument("--head", type=float, metavar="SHARE", help="with the head, for this share of the tokens")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    import torch

    torch.set_num_threads(args.threads)
    shapes = linear_shapes(args.model)
    head = head_shapes(args.model) if args.head else []
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[args.precision]
    print(json.dumps({"rate": rate(shapes, args.tokens, kind, not args.forward_only, args.repeats, head,
                            round(args.tokens * (args.head or 0)))}))


if __name__ == "__main__":
    main()
