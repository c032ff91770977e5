"""Makes the first inputs of the fuzz targets, tests/fuzz/corpus/*/seed_*, from the small fixtures: every part of a
tokenizer.json with a model of a few tokens, the SentencePiece models, the regular expressions, the chat templates, schemas, and texts for all of them.
Also makes tokenizer_json.dict, chat_template.dict and grammar.dict, the words that a mutation may insert. Run it after a change of the fixtures."""
import base64
import json
import re
import struct
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
FIXTURES = FUZZ.parent / "fixtures"
TEXTS = ("the movie isn't b\u00e4d, it's \u4e2d\u6587 9 <x>\u0301 end", "\u2581Hello  World\n\n\t\uac00\U0001f468\u200d\U0001f469")
# The classes of sentence_piece_fuzz.cpp, in its order, and a fixture folder of each.
CLASS_FOLDERS = ("no_class_unigram no_class_bpe tiktoken", "albert albert_cased", "camembert", "deberta_v2",
                 "llama llama_legacy", "mbart", "t5", "xlm_roberta")


def read(name):
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def write(target, number, data):
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed_{number:03}").write_bytes(data)


def distinct_specs(kind):
    """Returns the distinct specs of a kind of part whose text is short enough for a seed."""
    rows = [row["spec"] for row in read("tokenizer_parts.json").get(kind, [])]
    texts = dict.fromkeys(json.dumps(spec, ensure_ascii=False) for spec in rows if spec)
    return [json.loads(text) for text in texts if len(text) < 3000]


def models():
    """Returns a small model of each kind."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    tokens = ["[UNK]", "[CLS]", "[SEP]", *letters, *("##" + c for c in letters), "the", "##vie", "movie", "\u4e2d", "\u2581", "\u0120"]
    vocab = {token: i for i, token in enumerate(tokens)}
    merges = [["t", "h"], ["th", "e"], ["\u0120", "t"], ["\u0120t", "he"], ["m", "o"]]
    bytes_vocab = {token: i for i, token in enumerate([*("<0x%02X>" % b for b in range(0x80, 0x100, 1)), "[UNK]", "a"])}
    bpe_vocab = {token: i for i, token in enumerate(["[UNK]", *letters, "\u0120", "th", "the", "\u0120t", "\u0120the", "mo"])}
    scored = [["<unk>", 0], ["\u2581", -3], *([c, -6.5] for c in letters), ["the", -4], ["\u2581the", -4.25], ["\u4e2d", -5]]
    bpe = {"type": "BPE", "dropout": None, "unk_token": "[UNK]", "continuing_subword_prefix": None,
           "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    return [
        {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab},
        {**bpe, "vocab": bpe_vocab, "merges": merges},
        {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": scored},
        {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "the": 1, "movie": 2}},
        {**bpe, "byte_fallback": True, "fuse_unk": True, "vocab": bytes_vocab, "merges": []},
        {**bpe, "ignore_merges": True, "unk_token": None, "vocab": bpe_vocab, "merges": merges},
        {**bpe, "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>",
         "vocab": {"[UNK]": 0, "t": 1, "##h": 2, "##e</w>": 3, "th": 4, "the</w>": 5}, "merges": [["t", "##h"], ["th", "##e</w>"]]},
    ]


def added_tokens():
    def token(number, content, **flags):
        return {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False, "special": True, **flags}
    return [[], [token(0, "<x>"), token(1, "isn", single_word=True, special=False)],
            [token(90, "It'S", normalized=True, special=False), token(91, "9", lstrip=True, rstrip=True)]]


def tokenizer_files():
    """Yields a tokenizer.json for each part, with the models and added tokens in turn."""
    parts = [(key, spec) for key, kind in (("normalizer", "normalizers"), ("pre_tokenizer", "pre_tokenizers"),
                                           ("decoder", "decoders"), ("post_processor", "post_processors"))
             for spec in distinct_specs(kind)]
    fast = [{"normalizer": {"type": "BertNormalizer", "lowercase": True}, "pre_tokenizer": {"type": "BertPreTokenizer"}},
            {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
             "decoder": {"type": "ByteLevel"}, "post_processor": {"type": "ByteLevel", "trim_offsets": True}},
            {"pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
             "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"}}]
    chosen_models, chosen_tokens = models(), added_tokens()
    for i, (key, spec) in enumerate(parts):
        yield {"version": "1.0", "added_tokens": chosen_tokens[i % 3], key: spec, "model": chosen_models[i % 7]}
    for i, settings in enumerate(fast):
        for tokens in chosen_tokens:
            yield {"version": "1.0", "added_tokens": tokens, **settings, "model": chosen_models[i]}


def text_of(number):
    return TEXTS[number % len(TEXTS)].encode()


def make_tokenizers():
    for number, file in enumerate(tokenizer_files()):
        data = json.dumps(file, ensure_ascii=False, separators=(",", ":")).encode()
        # Every third file is in a folder of a class (tokenizer_json_fuzz.cpp).
        folder = b"" if number % 3 else b"\xff" + bytes([number // 3 % 256])
        write("tokenizer_json", number, data + b"\xff" + text_of(number) + folder)


def make_sentence_pieces():
    number = 0
    for kind, folders in enumerate(CLASS_FOLDERS):
        for folder in folders.split():
            model = next(path for path in sorted((FIXTURES / "sentence_piece" / folder).iterdir()) if path.suffix == ".model")
            write("sentence_piece", number, bytes([kind, number]) + text_of(number) + b"\xff" + model.read_bytes())
            number += 1


def make_expressions():
    fixture = read("regex.json")
    expressions = [row if isinstance(row, str) else row.get("regex", row.get("pattern", row.get("expression")))
                   for key in ("patterns", "cases", "malformed") for row in fixture[key]]
    for number, expression in enumerate(dict.fromkeys(expressions)):
        write("regex", number, expression.encode() + b"\xff" + fixture["scraps"][number].encode())
    for number in range(0, 200, 10):
        write("split_pattern", number // 10, "".join(fixture["scraps"][number:number + 10]).encode())


def make_gguf():
    """The small GGUF files of the fixtures, and blocks of each type."""
    for number, path in enumerate(sorted((FIXTURES / "gguf").glob("*/*.gguf"))):
        data = path.read_bytes()
        if len(data) < 40_000:
            write("gguf", number, data)
    for number, row in enumerate(read("gguf/blocks.json")["types"]):
        write("gguf", 100 + number, file_of_blocks(row["id"], base64.b64decode(row["blocks"]), len(base64.b64decode(row["values"])) // 4))


def file_of_blocks(kind, blocks, count):
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"a" + struct.pack("<IQIQ", 1, count, kind, 0)
    return head + bytes(-len(head) % 32) + blocks


def make_chat_templates():
    fixture = read("jinja.json")
    context = json.dumps(fixture["context"], ensure_ascii=False, separators=(",", ":")).encode()
    for number, rows in enumerate(fixture["subjects"].values()):
        if any("error" not in row for row in rows):
            text = "\n".join(row["template"] for row in rows if "error" not in row)
            write("chat_template", number, text.encode()[:4000] + b"\xff" + context)
        for place, row in enumerate(rows[:20] if "error" in rows[0] else ()):
            write("chat_template", 100 + place, row["template"].encode() + b"\xff" + context[:200])


def make_grammars():
    """The schemas of the tests, and the regular expressions of the fixtures."""
    test = (FUZZ.parent / "grammar/json_schema_test.cpp").read_text(encoding="utf-8")
    schemas = re.findall(r'^ +\{R"\((\{.*?\})\)",', test, re.MULTILINE)
    expressions = [row if isinstance(row, str) else row.get("regex", row.get("pattern", row.get("expression")))
                   for row in read("regex.json")["cases"]]
    for number, text in enumerate(dict.fromkeys(schemas + expressions[:40])):
        write("grammar", number, text.encode() + b"\xff" + bytes(range(7 * number % 200, 250)))
    words = set(re.findall(r'"[a-zA-Z$-]+":? ?', " ".join(schemas)))
    lines = ['"' + word.replace('"', '\\"') + '"' for word in sorted(words)]
    (FUZZ / "grammar.dict").write_text("# Made by make_corpus.py.\n" + "\n".join(lines) + "\n", encoding="ascii")


def make_chat_dictionary():
    words = set()
    for rows in read("jinja.json")["subjects"].values():
        for row in rows:
            words.update(re.findall(r"\{%-? *\w+|[|.] ?[a-z_]+\(?|[-+]?%\}|\}\}|\{\{-?| is \w+", row["template"]))
    lines = ['"' + word.replace('"', '\\"') + '"' for word in sorted(words)]
    (FUZZ / "chat_template.dict").write_text("# Made by make_corpus.py.\n" + "\n".join(lines) + "\n", encoding="ascii")


def make_dictionary():
    words = set()
    for file in tokenizer_files():
        text = json.dumps(file)
        words.update(re.findall(r'"type": "\w+"', text))
        words.update(re.findall(r'"[a-z_]+": ', text))
    escaped = [word.replace("\\", "\\\\").replace('"', '\\"') for word in sorted(words)]
    lines = [f'"{word}"' for word in escaped]
    (FUZZ / "tokenizer_json.dict").write_text("# Made by make_corpus.py.\n" + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    make_tokenizers()
    make_sentence_pieces()
    make_expressions()
    make_gguf()
    make_chat_templates()
    make_grammars()
    make_dictionary()
    make_chat_dictionary()
