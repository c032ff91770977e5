"""Prepares bench/generate.py: a model folder, prompts of a given number of tokens, words, and on request the weights as an
F16 GGUF file. Prints {"model", "long_prompts", "words", "gguf"}.
"""
import argparse
import json
import pathlib

from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config, set_seed

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORDS = "king queen cat dog river house tree ship star child road city door song fire cloud".split()
# Qwen2-0.5B's config.json.
QWEN2 = dict(hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
             vocab_size=151936, max_position_embeddings=32768, rms_norm_eps=1e-6, tie_word_embeddings=True, bos_token_id=151643,
             eos_token_id=151643)


def random_qwen2(folder):
    if not (folder / "model.safetensors").exists():
        set_seed(42)
        AutoTokenizer.from_pretrained(ROOT / "../shared/tokenizers/qwen2").save_pretrained(folder)
        AutoModelForCausalLM.from_config(Qwen2Config(**QWEN2)).save_pretrained(folder)
    return folder


def long_prompt(tokenizer, count, first):
    """Returns a text of so many tokens, which begins with the word WORDS[first]."""
    text = ""
    for word in (word for _ in range(count) for word in WORDS[first:] + WORDS[:first]):
        longer = f"{text} {word}".strip()
        if len(tokenizer(longer)["input_ids"]) > count:
            return text
        text = longer
    return text


def as_f16(source, target):
    """Writes a GGUF file again with its matrices as F16."""
    import gguf
    import numpy

    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in ("general.architecture", "general.file_type"):
            kind = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], kind)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values.astype(numpy.float16 if len(tensor.shape) > 1 else numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", required=True)
    parser.add_argument("--model", default="")
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--prompts", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--gguf", action="store_true")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    model = pathlib.Path(args.model) if args.model else random_qwen2(args.folder / args.shape)
    gguf_file = args.folder / f"{args.shape}-f16.gguf"
    if args.gguf and not gguf_file.exists():
        source = next(iter(sorted((ROOT / "models" / args.shape).glob("*.gguf"))), None)
        if source is None:
            raise SystemExit(f"models/{args.shape} has no GGUF file: leave --llama out for this shape")
        as_f16(source, gguf_file)
    tokenizer = AutoTokenizer.from_pretrained(model)
    prompts = [long_prompt(tokenizer, args.tokens, first) for first in range(args.prompts)]
    print(json.dumps({"model": str(model), "long_prompts": prompts, "words": WORDS, "gguf": str(gguf_file)}))


if __name__ == "__main__":
    main()
