# check/format: every C++ source is as clang-format writes it (./dev format does so). The tool is the one of .venv, whose
# version ./dev setup pins.
import re
import subprocess
import sys
from pathlib import Path

import source_tree

CLANG_FORMAT = Path(sys.executable).parent / "clang-format"


def problems(root):
    files = [str(path) for path in source_tree.code_files(root, ".h", ".cpp")]
    result = subprocess.run([str(CLANG_FORMAT), "--dry-run", "--Werror", *files], cwd=root, capture_output=True, text=True)
    if result.returncode == 0:
        return []
    files = re.findall(r"^(\S+?):\d+:\d+: error: code should be clang-formatted", result.stderr, re.MULTILINE)
    if not files:
        return [result.stderr]
    return [f"{path}: not formatted: run ./dev format" for path in dict.fromkeys(files)]


if __name__ == "__main__":
    source_tree.main(problems)
