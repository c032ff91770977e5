"""The slow proof of answers of a given form: the package jsonschema validates what a model writes under a JSON Schema, and Python's
re matches what it writes by a regular expression, at a high temperature and at several lengths.

  python tests/slow/answer_forms.py build/release/bin/hone

Exits with 77 if jsonschema or ../shared is missing.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
    import torch
    import transformers
    from tokenizer_corpora import SHARED, prepare
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

hone = sys.argv[1]
if not (SHARED / "tokenizers").is_dir():
    print(f"skipped: {SHARED} is not here")
    sys.exit(77)

SCHEMAS = [
    True,
    {"type": "string", "minLength": 3, "maxLength": 12},
    {"type": "string", "pattern": "^[A-Z][a-z]+ \\d{1,3}$"},
    {"type": "string", "pattern": "cat|\"dog\"\\n"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"},
    {"type": "integer", "minimum": -17, "maximum": 1234},
    {"type": "integer", "exclusiveMinimum": 99},
    {"type": ["number", "null", "boolean"]},
    {"enum": ["red", "gr\u00fcn", "\u84dd", 3, None, {"a": [1, "b"]}]},
    {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 5},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "boolean"}, "minItems": 2},
    {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}, "tags": {"type": "array", "items": {"type": "string"}}},
     "required": ["name", "age"]},
    {"type": "object", "properties": {name: {"type": "boolean"} for name in "abcdef"}},
    {"type": "object", "properties": {"ab": {"type": "integer"}, "abc": {"type": "null"}}, "additionalProperties": {"type": "string", "maxLength": 3}},
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}},
    {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#"}}]},
    {"$defs": {"tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}, "value": {"type": "integer"}}, "required": ["value"]}}, "$ref": "#/$defs/tree"},
    {"title": "Answer", "description": "as pydantic writes it", "type": "object", "required": ["steps", "answer"],
     "properties": {"steps": {"type": "array", "items": {"type": "object", "properties": {"thought": {"type": "string"}}, "required": ["thought"], "additionalProperties": False}},
                    "answer": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}}},
]  # fmt: skip
EXPRESSIONS = [r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"(yes|no)( because [a-z ]+)?", r"[\u4e00-\u9fa5]{2,8}", r"\w+@\w+\.(com|org)", r"(\+\d{1,3} )?\d{3}-\d{4}", r"(a|b)*abb"]  # fmt: skip
LENGTHS = (60, 200)
SAMPLES = 4


def make_model(folder, tokenizer):
    """Makes a model with random weights, for which all tokens are about equally likely."""
    torch.manual_seed(1)
    prepare(tokenizer, folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    config = transformers.LlamaConfig(vocab_size=len(tokenizer), hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
                                      max_position_embeddings=512, bos_token_id=None, eos_token_id=tokenizer.eos_token_id)  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def answers(model, length, *form):
    told = subprocess.run([hone, "generate", "--model", model, "--prompt", "Once", "--do-sample", "--top-k", "0", "--json",
                           "--num-return-sequences", str(SAMPLES), "--max-new-tokens", str(length), *form], capture_output=True, text=True)  # fmt: skip
    assert told.returncode == 0, told.stderr
    return [json.loads(line)["text"] for line in told.stdout.splitlines()]


def check(model):
    checker = jsonschema.FormatChecker()
    for number, schema in enumerate(SCHEMAS):
        file = Path(model, f"schema-{number}.json")
        file.write_text(json.dumps(schema))
        for length in LENGTHS:
            for text in answers(model, length, "--json-schema", file):
                jsonschema.validate(json.loads(text), schema, format_checker=checker)
        print(f"valid: {json.dumps(schema, ensure_ascii=False)[:100]}", flush=True)
    for expression in EXPRESSIONS:
        for length in LENGTHS:
            for text in answers(model, length, "--regex", expression):
                assert re.fullmatch(expression, text), (expression, text)
        print(f"matches: {expression}", flush=True)


def main():
    for tokenizer in ("gpt2", "qwen2", "llama2"):  # byte-level, and SentencePiece with bytes
        with tempfile.TemporaryDirectory() as folder:
            print(tokenizer)
            check(make_model(folder, tokenizer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
