# Copies the entries of src/ from compile_commands.json for clang-tidy, without g++'s precompiled headers, which clang cannot
# read. g++'s own headers come last on the include path: they hold omp.h, which clang-tidy's wheel lacks.
# Usage: lint_commands.py IN OUT

import json
import re
import subprocess
import sys
from pathlib import Path

PRECOMPILED = re.compile(r"-Winvalid-pch|-include \S*cmake_pch\.hxx|-fpch-preprocess")


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    floors = str(Path(__file__).resolve().parent.parent / "src") + "/"
    entries = [entry for entry in json.loads(source.read_text()) if entry["file"].startswith(floors)]
    headers = subprocess.run(["g++", "-print-file-name=include"], check=True, capture_output=True, text=True).stdout.strip()
    for entry in entries:
        entry["command"] = PRECOMPILED.sub("", entry["command"]) + f" -idirafter {headers}"
    target.write_text(json.dumps(entries, indent=1))


main()
