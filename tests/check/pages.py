# check/pages: links between the documents lead to existing files, both READMEs show the same commands, and the demo's reviews
# match the description in demo/README.md: balanced, 8 to 45 words each, no two similar.
import csv
import re
from collections import Counter
from itertools import combinations

import source_tree

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
COMMANDS = re.compile(r"^```sh hone-test\n(.*?)^```$", re.MULTILINE | re.DOTALL)
READMES = ("README.md", "README.zh-CN.md")
REVIEWS = "demo/reviews.csv"


def commands_of(root, page):
    return [line for block in COMMANDS.findall(source_tree.read(root, page)) for line in block.splitlines()]


def link_problems(root):
    pages = [path.relative_to(root) for folder in (".", "docs", "demo") for path in sorted((root / folder).glob("*.md"))]
    for page in pages:
        for target in LINK.findall(source_tree.read(root, page)):
            if ":" not in target and not (root / page.parent / target).exists():
                yield f"{page}: the link to {target} leads nowhere"


def readme_problems(root):
    commands = [commands_of(root, page) for page in READMES]
    if len(commands[0]) != 5:
        yield f"{READMES[0]}: {len(commands[0])} commands in its block \"sh hone-test\", not 5"
    if commands[0] != commands[1]:
        yield f"{READMES[1]}: its commands are not those of {READMES[0]}"


def words(text):
    return re.findall(r"[\w']+", text.lower())


def alike(first, second):
    """Returns whether the other text contains at least half of the shorter text's three-word sequences."""
    return 2 * len(first & second) >= max(1, min(len(first), len(second)))


def review_problems(root):
    with open(root / REVIEWS, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    labels = Counter(row["label"] for row in rows)
    if len(rows) < 420 or set(labels) != {"negative", "positive"} or len(set(labels.values())) != 1:
        yield f"{REVIEWS}: {len(rows)} rows, labels {dict(labels)}: not 420 or more in two equal classes"
    for number, row in enumerate(rows, start=2):
        if not 8 <= len(row["text"].split()) <= 45:
            yield f"{REVIEWS}:{number}: not 8 to 45 words"
    for opening, count in Counter(tuple(words(row["text"])[:4]) for row in rows).items():
        if count > 1:
            yield f"{REVIEWS}: {count} reviews open with \"{' '.join(opening)}\""
    triples = [(row["text"], set(zip(w, w[1:], w[2:]))) for row in rows for w in [words(row["text"])]]
    for (first, a), (second, b) in combinations(triples, 2):
        if alike(a, b):
            yield f"{REVIEWS}: nearly the same: {first} | {second}"


def problems(root):
    return [*link_problems(root), *readme_problems(root), *review_problems(root)]


if __name__ == "__main__":
    source_tree.main(problems)
