# check/options_doc: docs/options.md is what `hone help --markdown` prints.
# usage: options_doc.py PROGRAM [ROOT]
import difflib
import subprocess
import sys

import source_tree


def problems(program, root):
    made = subprocess.run([program, "help", "--markdown"], capture_output=True, text=True, check=True).stdout
    path = root / "docs/options.md"
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if made == kept:
        return []
    changes = list(difflib.unified_diff(kept.splitlines(), made.splitlines(), "docs/options.md", "hone help", n=0,
                                        lineterm=""))
    return changes[:40] + ["docs/options.md is out of date: build/release/bin/hone help --markdown > docs/options.md"]


if __name__ == "__main__":
    program = sys.argv.pop(1)
    source_tree.main(lambda root: problems(program, root))
