"""The slow proof of hone import: transformers loads the folders that it writes.

  python tests/slow/gguf_import.py build/release/bin/hone SOURCE_DIR SHARED_DIR

- Each model of tests/fixtures/gguf/models: the same parameters, configuration and logits as the model from which the file was made.
- SmolLM2 (after ./dev model smollm2): the weights are those of transformers' own reading of the file, bit by bit; so are the ids of
  texts without digits; the greedy answer to a question is the known one.
- The vocabularies of GPT-2, Qwen 2 and Llama 2 in SHARED_DIR/tokenizers, as GGUF files: the ids are those of transformers or sentencepiece.

Parts whose files are missing are skipped, with a note. Exits with 77 if the package gguf is missing.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import gguf
    import numpy as np
    import sentencepiece
    import torch
    import transformers
    from safetensors.torch import load_file, save_file
    from tokenizers import Tokenizer
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

hone, source, shared = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
QUESTION, ANSWER = "What is the capital of France?", "The capital of France is Paris.<|im_end|>"


def imported(file, folder):
    subprocess.run([hone, "import", str(file), "--output-dir", str(folder)], check=True, capture_output=True)
    return folder


def load(folder):
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def settings(model):
    return {key: value for key, value in model.config.to_dict().items() if key not in ("_name_or_path", "transformers_version")}


def check_model(file, folder):
    (folder / "original").mkdir()
    shutil.copy(file.with_suffix(".json"), folder / "original" / "config.json")
    weights = {name: value.float() for name, value in load_file(file.with_suffix(".safetensors")).items()}
    save_file(weights, folder / "original" / "model.safetensors", metadata={"format": "pt"})
    own, original = load(imported(file, folder / "own")), load(folder / "original")
    assert settings(own) == settings(original), file.name
    parameters, expected = own.state_dict(), original.state_dict()
    assert set(parameters) == set(expected), file.name
    assert all(torch.equal(parameters[name], expected[name]) for name in expected), file.name
    ids = torch.arange(48).reshape(2, 24)
    with torch.no_grad():
        assert torch.equal(own(ids).logits, original(ids).logits), file.name
    print(f"{file.name}: equal parameters, configuration and logits", flush=True)


def check_smollm2(file, folder):
    own = imported(file, folder / "own")
    expected = transformers.AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    weights = load_file(own / "model.safetensors")
    values = {name: value for name, value in expected.state_dict().items() if name != "lm_head.weight"}
    assert set(weights) == set(values)
    assert all(torch.equal(weights[name], values[name]) for name in values)
    tokenizer = transformers.AutoTokenizer.from_pretrained(own)
    other = transformers.AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    for text in ("Hello world", "  two  spaces\n\tand don't", "\u4f60\u597d caf\u00e9 \U0001f600", "<|im_start|>user\nhi<|im_end|>"):
        assert tokenizer(text)["input_ids"] == other(text)["input_ids"], text
    model = load(own)
    text = tokenizer.apply_chat_template([{"role": "user", "content": QUESTION}], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        answer = tokenizer.decode(model.generate(ids, do_sample=False, max_new_tokens=32)[0][ids.shape[1]:])
    assert answer == ANSWER, answer
    print("SmolLM2: equal weights and ids, and its answer", flush=True)


def write_vocabulary(path, model, pre, tokens, types, merges=None, scores=None, **ids):
    """A Llama of width 4 with a real vocabulary."""
    writer = gguf.GGUFWriter(path, "llama")
    for add, value in ((writer.add_context_length, 64), (writer.add_embedding_length, 4), (writer.add_block_count, 1),
                       (writer.add_feed_forward_length, 2), (writer.add_head_count, 2), (writer.add_layer_norm_rms_eps, 1e-5)):
        add(value)
    writer.add_tokenizer_model(model)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if merges:
        writer.add_token_merges(merges)
    if scores:
        writer.add_token_scores(scores)
    for name, number in ids.items():
        writer.add_uint32(f"tokenizer.ggml.{name}_token_id", number)
    shapes = {"token_embd": (len(tokens), 4), "output_norm": (4,), "blk.0.attn_norm": (4,), "blk.0.ffn_norm": (4,), "blk.0.ffn_gate": (2, 4),
              "blk.0.ffn_up": (2, 4), "blk.0.ffn_down": (4, 2), **{f"blk.0.attn_{part}": (4, 4) for part in ("q", "k", "v", "output")}}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", np.ones(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def texts():
    lines = (shared / "data/lm_text/valid.txt").read_text(encoding="utf-8").split("\n")
    for path in sorted((shared / "tokenizers/vectors").iterdir()):
        try:
            lines += path.read_text(encoding="utf-8").split("\n")[:3000]
        except UnicodeDecodeError:
            continue
    return [line for line in lines if not any(token in line for token in ("<s>", "</s>", "<unk>"))]


def check_ids(name, folder, lines, expected):
    own = Tokenizer.from_file(str(imported(folder / f"{name}.gguf", folder / name) / "tokenizer.json"))
    differing = [line for line, row, ids in zip(lines, own.encode_batch(lines), expected) if row.ids != ids]
    assert not differing, (name, differing[:3])
    print(f"{name}: equal ids of {len(lines)} lines", flush=True)


def check_byte_level(name, pre, tokenizer_class, lines, folder):
    files = shared / "tokenizers" / name
    vocabulary = json.loads((files / "vocab.json").read_text(encoding="utf-8"))
    merges_file = next(path for path in (files / "merges.lf.txt", files / "merges.txt") if path.exists())
    merges = [line for line in merges_file.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#version")]
    tokens = sorted(vocabulary, key=vocabulary.get)
    types = [3 if token.startswith("<|") and token.endswith("|>") else 1 for token in tokens]
    write_vocabulary(folder / f"{name}.gguf", "gpt2", pre, tokens, types, merges)
    reference = tokenizer_class(vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in merges]).backend_tokenizer
    check_ids(name, folder, lines, [row.ids for row in reference.encode_batch(lines)])


def check_llama2(lines, folder):
    reference = sentencepiece.SentencePieceProcessor(model_file=str(shared / "tokenizers/llama2/tokenizer.model"))
    numbers = range(reference.get_piece_size())
    types = [2 if reference.is_unknown(i) else 3 if reference.is_control(i) else 6 if reference.is_byte(i) else 1 for i in numbers]
    write_vocabulary(folder / "llama2.gguf", "llama", None, [reference.id_to_piece(i) for i in numbers], types, None,
                     [reference.get_score(i) for i in numbers], bos=1, eos=2, unknown=0)
    check_ids("llama2", folder, lines, [[1, *reference.encode(line)] for line in lines])


def main():
    for file in sorted((source / "tests/fixtures/gguf/models").glob("*.gguf")):
        with tempfile.TemporaryDirectory() as folder:
            check_model(file, Path(folder))
    smollm2 = source / "models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    with tempfile.TemporaryDirectory() as folder:
        check_smollm2(smollm2, Path(folder)) if smollm2.exists() else print("without SmolLM2: run ./dev model smollm2")
    if not (shared / "tokenizers").is_dir():
        print(f"without real vocabularies: {shared} is missing")
        return
    with tempfile.TemporaryDirectory() as folder:
        lines = texts()
        check_byte_level("gpt2", "gpt-2", transformers.GPT2Tokenizer, lines, Path(folder))
        check_byte_level("qwen2", "qwen2", transformers.Qwen2Tokenizer, lines, Path(folder))
        check_llama2(lines, Path(folder))


if __name__ == "__main__":
    main()
