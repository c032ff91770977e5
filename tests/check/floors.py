# check/floors: each folder of src/ includes only the floors that src/CMakeLists.txt lists for it, all of them below it. The
# floors that must build or start quickly do not include libtorch.
import re

import source_tree

TORCH_FREE_FLOORS = ("base", "gguf", "options", "text", "table", "metric", "data", "corpus", "search", "http", "advise", "watch", "kernel")
TORCH_HEADERS = ("ATen/", "torch/", "c10/", "caffe2/")
# This header holds only the version's macros and includes nothing.
TORCH_HEADERS_FOR_ALL = ("torch/headeronly/version.h",)
# Exceptions: matrix products on tiles, no tensors.
TORCH_HEADERS_OF_FLOOR = {"kernel": ("ATen/native/CPUBlas.h",)}
# What no floor includes: the headers of all operators take 15 s to compile.
ALL_OPERATORS = ("ATen/ATen.h", "ATen/Functions.h", "torch/torch.h")
# What floors declared with TENSORS do not include either: these headers take seconds for each file.
HEAVY_HEADERS = ("torch/",)
CLI = "cli"


def declared_floors(cmake):
    """Returns {name: (floors that it uses, "TORCH", "TENSORS" or "")} from the hone_floor lines, in their order."""
    floors = {}
    for name, rest in re.findall(r"^hone_floor\((\w+)([^)]*)\)", cmake, re.MULTILINE):
        uses = re.search(r"\bUSES((?: +[a-z]\w*)*)", rest)
        floors[name] = (uses.group(1).split() if uses else [], "".join(re.findall(r"\b(?:TORCH|TENSORS)\b", rest)[:1]))
    return floors


def light_sources(cmake):
    """Returns the files of the program and of libhone_rows.so, which must start without libtorch."""
    lists = re.findall(r"set\(hone_cli_(?:LIGHT|ROWS|SHARED)([^)]*)\)", cmake)
    return ["cli/main.cpp", *(f"cli/{name}.cpp" for names in lists for name in names.split())]


def is_torch(name):
    return name.startswith(TORCH_HEADERS) and name not in TORCH_HEADERS_FOR_ALL


def declaration_problems(floors, root):
    problems = []
    below = []
    for name, (uses, torch) in floors.items():
        for used in uses:
            if used not in below:
                problems.append(f"src/CMakeLists.txt: floor {name} uses {used}, which is not declared above it")
        if torch and name in TORCH_FREE_FLOORS:
            problems.append(f"src/CMakeLists.txt: floor {name} must not need libtorch")
        below.append(name)
    for folder in sorted(path.name for path in (root / "src").iterdir() if path.is_dir()):
        if folder not in floors and folder != CLI:
            problems.append(f"src/{folder}: this folder is no floor of src/CMakeLists.txt")
    return problems


def include_problems(root, floors, path):
    floor = path.parts[1]
    uses, torch = floors.get(floor, ([], False))
    allowed = set(floors) | {CLI} if floor == CLI else {floor, *uses}
    problems = []
    for line, name, is_quoted in source_tree.included(source_tree.read(root, path)):
        where = f"{path}:{line}: includes {name}"
        if is_quoted and name.split("/")[0] not in floors and not name.startswith(CLI + "/"):
            problems.append(f"{where}, which is not named by its floor")
        elif is_quoted and name.split("/")[0] not in allowed:
            problems.append(f"{where}, but floor {floor} may use only: {', '.join([floor, *uses])}")
        allowed_torch = TORCH_HEADERS_OF_FLOOR.get(floor, ())
        if floor != CLI and not torch and is_torch(name) and name not in allowed_torch:
            problems.append(f"{where}, but floor {floor} has no libtorch")
        elif name in ALL_OPERATORS or (torch == "TENSORS" and name.startswith(HEAVY_HEADERS)):
            problems.append(f"{where}: floor {floor} includes ATen/core/Tensor.h and single ATen/ops only")
    return problems


def light_problems(root, sources):
    """Returns a problem for each include of libtorch that the program's own files reach."""
    problems, seen, waiting = [], set(), ["src/" + source for source in sources]
    while waiting:
        path = waiting.pop()
        if path in seen or not (root / path).is_file():
            continue
        seen.add(path)
        for line, name, is_quoted in source_tree.included(source_tree.read(root, path)):
            if is_quoted:
                waiting.append("src/" + name)
            elif is_torch(name):
                problems.append(f"{path}:{line}: includes {name}, but this file must be usable without libtorch")
    return problems


def problems(root):
    cmake = source_tree.read(root, "src/CMakeLists.txt")
    floors = declared_floors(cmake)
    if not floors:
        return ["src/CMakeLists.txt: no hone_floor line"]
    found = declaration_problems(floors, root)
    for path in source_tree.code_files(root, ".h", ".cpp", folders=("src",)):
        if len(path.parts) > 2:
            found += include_problems(root, floors, path)
    return found + light_problems(root, light_sources(cmake))


if __name__ == "__main__":
    source_tree.main(problems)
