# cli/readme: runs the README's commands one after the other, unchanged. Skipped (exit 77) without the model
# that ./dev setup fetches. usage: readme.py PROGRAM ROOT
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "check"))
import pages  # noqa: E402

SKIPPED = 77
PROGRAM_AS_WRITTEN = "build/release/bin/hone"


def main():
    program, root = sys.argv[1], Path(sys.argv[2])
    if not (root / "models/all-MiniLM-L6-v2/model.safetensors").exists():
        print("skipped: models/all-MiniLM-L6-v2 is missing (./dev setup fetches it)")
        return SKIPPED
    for command in pages.commands_of(root, "README.md"):
        print(f"$ {command}", flush=True)
        code = subprocess.run(command.replace(PROGRAM_AS_WRITTEN, program), shell=True, cwd=root, check=False).returncode
        if code != 0:
            print(f"exit code {code}")
            return 1
    return 0


sys.exit(main())
