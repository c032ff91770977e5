"""The models of bench/pretrain.py. As a program: writes the folder of one of them."""
import argparse
import dataclasses
import json
import pathlib
import shutil

RATE = 5e-4


@dataclasses.dataclass(frozen=True)
class Shape:
    task: str
    tokenizer: str  # folder of the tokenizers
    block: int
    batch: int
    share: float  # of the tokens that have a target
    config: dict


SHAPES = {
    "bert-small": Shape("masked-lm", "bert-base-uncased", 128, 32, 0.15, {
        "architectures": ["BertForMaskedLM"], "model_type": "bert", "vocab_size": 30522, "hidden_size": 384,
        "num_hidden_layers": 6, "num_attention_heads": 6, "intermediate_size": 1536, "max_position_embeddings": 512,
        "type_vocab_size": 2, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
        "layer_norm_eps": 1e-12, "pad_token_id": 0}),
    "gpt2-small": Shape("causal-lm", "gpt2", 512, 8, 1, {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 768,
        "n_layer": 12, "n_head": 12, "activation_function": "gelu_new", "resid_pdrop": 0.1, "embd_pdrop": 0.1,
        "attn_pdrop": 0.1, "layer_norm_epsilon": 1e-5, "bos_token_id": 50256, "eos_token_id": 50256}),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, required=True)
    for name in ("--tokenizers", "--folder"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    args = parser.parse_args()
    shape = SHAPES[args.shape]
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "config.json").write_text(json.dumps(shape.config, indent=1) + "\n")
    for file in (args.tokenizers / shape.tokenizer).iterdir():
        if file.suffix in (".json", ".txt"):
            shutil.copy(file, args.folder / file.name)
    print(json.dumps({}))


if __name__ == "__main__":
    main()
