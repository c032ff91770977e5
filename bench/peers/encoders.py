"""An encoder on a file of rows, in one thread: prints the seconds of the first pass (cold caches) and of the best later one
(hot), and the SHA-256 of all ids.

The tokenizer is a folder with vocab.json and merges.txt of byte-level BPE, or for the peer hf with a tokenizer.json. --peer is
hf (the `tokenizers` library), tiktoken, splintr or bpe-qwen; each needs its own package.
"""
import argparse
import array
import hashlib
import json
import pathlib
import tempfile
import time

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def read_folder(folder):
    vocabulary = json.loads((folder / "vocab.json").read_text())
    lines = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    config = folder / "tokenizer_config.json"
    name = json.loads(config.read_text()).get("tokenizer_class", "") if config.exists() else ""
    return vocabulary, merges, name.startswith("Qwen2")


def hf_tokenizer(folder):
    """Returns the `tokenizers` library's tokenizer, without added tokens, which the texts do not have."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer
    vocabulary, merges, is_qwen = read_folder(folder)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if is_qwen:
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"),
                                                           pre_tokenizers.ByteLevel(False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def hf(folder):
    tokenizer = hf_tokenizer(folder)
    return lambda texts: [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


def byte_of_character():
    visible = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(0x100 + i): byte for i, byte in enumerate(others)}


def tiktoken(folder):
    import tiktoken

    vocabulary, _, is_qwen = read_folder(folder)
    bytes_of = byte_of_character()
    ranks = {bytes(bytes_of[c] for c in token): rank for token, rank in vocabulary.items() if all(c in bytes_of for c in token)}
    ranks = {token: rank for token, rank in ranks.items() if not token.startswith(b"<|")}
    encoding = tiktoken.Encoding(folder.name, pat_str=QWEN2 if is_qwen else GPT2, mergeable_ranks=ranks, special_tokens={})
    if not is_qwen:
        return lambda texts: [encoding.encode_ordinary(text) for text in texts]
    import unicodedata

    return lambda texts: [encoding.encode_ordinary(unicodedata.normalize("NFC", text)) for text in texts]


def splintr(folder):
    import splintr

    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name, "tokenizer.json")
        path.write_text(hf_tokenizer(folder).to_str())
        tokenizer = splintr.from_json(str(path))
    return lambda texts: [tokenizer.encode(text) for text in texts]


def bpe_qwen(folder):
    import bpe_qwen

    tokenizer = bpe_qwen.QwenTokenizer(str(folder))
    return lambda texts: [tokenizer.encode(text) for text in texts]


PEERS = {"hf": hf, "tiktoken": tiktoken, "splintr": splintr, "bpe-qwen": bpe_qwen}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--tokenizer", "--file"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--peer", choices=list(PEERS), required=True)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    texts = [json.loads(line)["text"] for line in args.file.open(encoding="utf-8")]
    encode = PEERS[args.peer](args.tokenizer)
    seconds = []
    for _ in range(args.repeat):
        start = time.perf_counter()
        ids = encode(texts)
        seconds.append(time.perf_counter() - start)
    digest = hashlib.sha256()
    for row in ids:
        digest.update(array.array("i", row).tobytes())
    print(json.dumps({"cold": seconds[0], "hot": min(seconds), "ids": digest.hexdigest()}))


if __name__ == "__main__":
    main()
