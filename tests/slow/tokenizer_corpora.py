# slow/tokenizer_corpora: ids, offsets and decoded text of whole corpora with the real tokenizers, against SHA-256 digests of
# Hugging Face's (tests/fixtures/tokenizer_corpora.json), and the sources of this repository against Hugging Face itself.
# Skipped (exit 77) without ../shared or the packages.
#
#   tokenizer_corpora.py check TOOL [TOKENIZER ...]    TOOL: build/release/bin/tokenize_lines
#   tokenizer_corpora.py make [TOKENIZER[/CORPUS] ...]  computes the digests with transformers
import csv
import functools
import gzip
import hashlib
import importlib.metadata
import json
import lzma
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DIGESTS = ROOT / "tests/fixtures/tokenizer_corpora.json"
SKIPPED = 77
CHUNK = 10_000

sys.path.insert(0, str(ROOT / "tests/fixtures"))

# For each real tokenizer: its files under the names that transformers looks for, and its configuration if it has none.
TOKENIZERS = {
    "bert-base-uncased": ({"vocab.txt": "vocab.txt"}, {"tokenizer_class": "BertTokenizer", "do_lower_case": True}),
    "bert-base-chinese": ({"vocab.txt": "vocab.txt"}, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}),
    "gpt2": ({"vocab.json": "vocab.json", "merges.txt": "merges.txt"}, {"tokenizer_class": "GPT2Tokenizer"}),
    "roberta-base": ({name: name for name in ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
                                              "config.json")}, None),
    "qwen2": ({name: name for name in ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
                                       "added_tokens.json", "config.json")}, None),
    "llama2": ({"tokenizer.model": "tokenizer.model"}, {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}),
    "t5": ({"spiece.model": "sentencepiece.model"}, {"tokenizer_class": "T5Tokenizer"}),
    "albert-v2": ({"spiece.model": "spiece.model"}, {"tokenizer_class": "AlbertTokenizer"}),
}  # fmt: skip


def lines(text):
    return [line for line in text.split("\n") if line.strip()]


def imdb():
    import pyarrow.parquet

    files = sorted((SHARED / "data/imdb/plain_text").glob("*.parquet"))
    return [text for file in files for text in pyarrow.parquet.read_table(file, columns=["text"])["text"].to_pylist()]


def hotel_reviews():
    with open(SHARED / "data/chnsenticorp/ChnSentiCorp_htl_all.csv", encoding="utf-8-sig", newline="") as file:
        return [row["review"] for row in csv.DictReader(file)]


def conversations(rows):
    return ["\n".join(str(row.get(key) or "") for key in ("instruction", "input", "output")) for row in rows]


def alpaca_en():
    with lzma.open(SHARED / "data/alpaca/alpaca_data.json.xz", "rt", encoding="utf-8") as file:
        return conversations(json.load(file))


def alpaca_zh():
    return conversations(json.loads((SHARED / "data/instruction_demo/alpaca_zh_demo.json").read_text(encoding="utf-8")))


def wikitext():
    return [line for name in ("valid", "test") for line in lines((SHARED / f"data/lm_text/{name}.txt").read_text(encoding="utf-8"))]


def multi30k():
    files = sorted((SHARED / "data/multi30k").glob("*.gz"))
    return [line for file in files for line in lines(gzip.open(file, "rt", encoding="utf-8").read())]


def sources():
    files = [path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*")
             if path.suffix in (".cpp", ".h", ".py") and ".venv" not in path.parts]  # fmt: skip
    return [path.read_text(encoding="utf-8") for path in sorted(files)]


def emoji():
    """Returns emoji with modifiers, joined by U+200D, flags, keycaps and tag sequences, alone and in words."""
    bases = [chr(c) for first, last in ((0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x2600, 0x27BF)) for c in range(first, last + 1)]
    tones = [chr(c) for c in range(0x1F3FB, 0x1F400)]
    people, things = [chr(c) for c in (0x1F468, 0x1F469, 0x1F9D1)], [chr(c) for c in (0x1F4BB, 0x1F680, 0x2695, 0x2764, 0x1F9B0, 0x2640)]
    result = [base + end for base in bases for end in ("", "\ufe0f", *tones)]
    result += [a + tone + "\u200d" + b + end for a in people for tone in ("", *tones) for b in things for end in ("", "\ufe0f")]
    result += ["\u200d".join((a, b, c)) for a in people for b in people for c in (chr(0x1F466), chr(0x1F467))]
    letters = [chr(c) for c in range(0x1F1E6, 0x1F200)]
    result += [a + b for a in letters for b in letters] + [c + "\ufe0f\u20e3" for c in "0123456789#*"]
    result += [chr(0x1F3F4) + "".join(chr(0xE0000 + ord(c)) for c in name) + chr(0xE007F) for name in ("gbeng", "gbsct", "gbwls")]
    return result + [f"so {e}{e} good{e}!" for e in result]


def codes():
    return [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]


def random_strings():
    from tokenizer_random_text import random_text

    return [random_text(1, i) for i in range(1_000_000)]


FORMS = [
    "<s>[INST] <<SYS>>\n{1}\n<</SYS>>\n\n{0} [/INST] {2} </s><s>[INST] {0} [/INST]",
    "<|im_start|>system\n{1}<|im_end|>\n<|im_start|>user\n{0}<|im_end|>\n<|im_start|>assistant\n{2}<|im_end|>\n",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{0}<|eot_id|>{2}<|endoftext|>",
    "[CLS] {0} [SEP] {2}[SEP][MASK] [PAD]<unk> <mask>{1}<pad>",
    "<extra_id_0> {0} <extra_id_1>{2}<extra_id_99></s> <bos><start_of_turn>user\n{0}<end_of_turn>",
]


def chats():
    """Returns conversations as chat templates render them, with the special tokens inside."""
    import jinja2.sandbox

    rows = json.loads((SHARED / "data/instruction_demo/alpaca_zh_demo.json").read_text(encoding="utf-8"))[:150]
    rows += json.loads((SHARED / "data/instruction_demo/alpaca_en_demo.json").read_text(encoding="utf-8"))[:150]
    parts = [[str(row.get(key) or "") for key in ("instruction", "input", "output")] for row in rows]
    result = [form.format(*part) for part in parts for form in FORMS]
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False, indent=options.get("indent"))
    environment.globals.update(raise_exception=lambda message: (_ for _ in ()).throw(ValueError(message)), strftime_now=lambda form: "26 Jul 2024")
    for path in sorted((SHARED / "data/chat_templates").glob("*.jinja")):
        template = environment.from_string(re.sub(r"\{%-? *(end)?generation *-?%\}", "", path.read_text(encoding="utf-8")))
        for user, _, answer in parts[:20] + parts[-20:]:
            messages = [{"role": "user", "content": user}, {"role": "assistant", "content": answer}, {"role": "user", "content": answer[:50] or "?"}]
            result.append(template.render(messages=messages, add_generation_prompt=True, bos_token="<s>", eos_token="</s>"))
    return result


CORPORA = {
    "imdb": imdb, "hotel_reviews": hotel_reviews, "alpaca_en": alpaca_en, "alpaca_zh": alpaca_zh, "wikitext": wikitext,
    "multi30k": multi30k, "emoji": emoji, "code_points": codes, "code_points_between": lambda: [f"a{c}B" for c in codes()],
    "random": random_strings, "chats": chats,
}  # fmt: skip


def prepare(name, folder):
    files, config = TOKENIZERS[name]
    for target, source in files.items():
        shutil.copy(SHARED / "tokenizers" / name / source, Path(folder, target))
    if config is not None:
        Path(folder, "tokenizer_config.json").write_text(json.dumps(config))


class Digest:
    """The SHA-256 of ids (a count and the ids of each text), of offsets in characters, and of decoded text."""

    def __init__(self):
        self.hashes = {key: hashlib.sha256() for key in ("texts", "ids", "offsets", "decoded")}

    def add_texts(self, key, texts):
        for text in texts:
            data = text if isinstance(text, bytes) else text.encode()
            self.hashes[key].update(len(data).to_bytes(4, "little") + data)

    def add_numbers(self, ids, offsets):
        import numpy

        self.hashes["ids"].update(numpy.array([len(ids)], "<i4").tobytes() + numpy.asarray(ids, "<i4").tobytes())
        self.hashes["offsets"].update(numpy.asarray(offsets, "<i4").tobytes())

    def values(self):
        return {key: value.hexdigest() for key, value in self.hashes.items()}


def of_transformers(tokenizer, texts):
    digest = Digest()
    backend = tokenizer.backend_tokenizer
    backend.no_truncation(), backend.no_padding()
    for begin in range(0, len(texts), CHUNK):
        chunk = texts[begin : begin + CHUNK]
        digest.add_texts("texts", chunk)
        all_ids = []
        for encoding in backend.encode_batch(chunk):
            all_ids.append(encoding.ids)
            digest.add_numbers(encoding.ids, encoding.offsets)
        for skip in (False, True):
            digest.add_texts("decoded", [tokenizer.decode(ids, skip_special_tokens=skip) for ids in all_ids])
    return digest.values()


def write_records(path, records):
    with open(path, "wb") as file:
        for record in records:
            file.write(len(record).to_bytes(4, "little") + record)


@functools.cache
def texts_of(corpus):
    return {**CORPORA, "sources": sources}[corpus]()


def records_of(path):
    data, place = path.read_bytes(), 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "little")
        yield data[place + 4 : place + 4 + length]
        place += 4 + length


def of_hone(tool, model, texts, folder):
    import numpy

    digest = Digest()
    given, result, ids_file, decoded = (folder / name for name in ("texts", "result", "ids", "decoded"))
    for begin in range(0, len(texts), CHUNK):
        chunk = [text.encode() for text in texts[begin : begin + CHUNK]]
        digest.add_texts("texts", chunk)
        write_records(given, chunk)
        subprocess.run([tool, "encode", model, given, result, "offsets=no"], check=True, capture_output=True)
        without, place = numpy.fromfile(result, "<i4"), 0
        subprocess.run([tool, "encode", model, given, result, "offsets=yes"], check=True, capture_output=True)
        values, with_place, all_ids = numpy.fromfile(result, "<i4"), 0, []
        for _ in chunk:
            count = int(values[with_place])
            ids = values[with_place + 2 : with_place + 2 + count]
            # Without offsets other code finds the ids.
            assert without[place] == count and (without[place + 2 : place + 2 + count] == ids).all(), "the ids differ with offsets"
            offsets = values[with_place + 2 + 2 * count : with_place + 2 + 4 * count]
            digest.add_numbers(ids, offsets)
            all_ids.append(ids.tobytes())
            place, with_place = place + 2 + count, with_place + 2 + 4 * count
        write_records(ids_file, all_ids)
        for special in ("yes", "no"):
            subprocess.run([tool, "decode", model, ids_file, decoded, f"special={special}"], check=True, capture_output=True)
            digest.add_texts("decoded", records_of(decoded))
    return digest.values()


def load(folder):
    import transformers

    return transformers.AutoTokenizer.from_pretrained(folder)


def make(wanted):
    for item in wanted or TOKENIZERS:
        name, _, corpus = item.partition("/")
        with tempfile.TemporaryDirectory() as folder:
            prepare(name, folder)
            tokenizer = load(folder)
            for key in [corpus] if corpus else CORPORA:
                row = of_transformers(tokenizer, texts_of(key))
                known = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {"tokenizers": {}}
                for package in ("transformers", "tokenizers"):
                    known.setdefault("versions", {})[package] = importlib.metadata.version(package)
                known["tokenizers"].setdefault(name, {})[key] = row
                DIGESTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
                print(name, key, flush=True)


def check(tool, wanted):
    known = json.loads(DIGESTS.read_text())["tokenizers"]
    wrong = 0
    for name in wanted or known:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as work:
            prepare(name, folder)
            expected = {**known[name], "sources": of_transformers(load(folder), texts_of("sources"))}
            for corpus, row in expected.items():
                mine = of_hone(tool, folder, texts_of(corpus), Path(work))
                differing = [key for key in row if mine[key] != row[key]]
                wrong += bool(differing)
                print(f"{name}, {corpus}: {'differs in ' + ', '.join(differing) if differing else 'equal'}", flush=True)
    return 1 if wrong else 0


def main():
    try:
        import numpy  # noqa: F401
        import pyarrow  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        print(f"skipped: {error}")
        return SKIPPED
    if not (SHARED / "tokenizers").is_dir():
        print(f"skipped: {SHARED} is not here")
        return SKIPPED
    if sys.argv[1] == "make":
        return make(sys.argv[2:])
    return check(Path(sys.argv[2]).resolve(), sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
