"""Writes IMDB's first shuffled training reviews as texts.jsonl and texts.records (a 32-bit length, then the bytes);
prints the number of bytes of text."""
import argparse
import json
import pathlib
import struct

import rows


def main():
    parser = argparse.ArgumentParser()
    for name in ("--data", "--folder"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, required=True)
    args = parser.parse_args()
    texts = list(rows.texts(args.data, "train", args.rows)["text"])
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    encoded = [text.encode() for text in texts]
    (args.folder / "texts.records").write_bytes(b"".join(struct.pack("<I", len(text)) + text for text in encoded))
    print(json.dumps({"bytes": sum(map(len, encoded))}))


if __name__ == "__main__":
    main()
