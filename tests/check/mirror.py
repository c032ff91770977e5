# check/mirror: each src/<floor>/<x> whose header is longer than MAX_UNTESTED_HEADER lines, or that has no header, has
# tests/<floor>/<x>_test.cpp, and each such test has its source. A source with a short header needs no test of its own.
# The same holds for the rooms of a floor: src/<floor>/<room>/<x> has tests/<floor>/<room>/<x>_test.cpp.
import functions
import source_tree

MAX_UNTESTED_HEADER = 40

# Sources that need no test of the same name, and why.
UNTESTED = {
    "src/cli/command.cpp": "every test of a command runs it",
    "src/cli/library.cpp": "every test of a command of the library runs it",
    "src/cli/rows_library.cpp": "every test of a command of the library runs it",
    "src/task/task.cpp": "tests/task/example_task_test.cpp implements the interface",
}
# Tests of no source, and why.
WITHOUT_SOURCE = {
    "tests/data/near_duplicates_slow_test.cpp": "the slow proof of src/data/near_duplicates.cpp",
    "tests/task/example_task_test.cpp": "a task that a user of the interface would write",
}
# Functions that need no test of their own: they declare options, which the tests of the command cover.
DECLARATION = "fields"


def needs_test(root, path):
    header = path.with_suffix(".h")
    if not (root / header).exists():
        return True
    if source_tree.read(root, header).count("\n") <= MAX_UNTESTED_HEADER:
        return False
    if (root / path.with_suffix(".cpp")).exists():
        return path.suffix == ".cpp"
    return any(not f.name.endswith(DECLARATION) for f in functions.functions_of(root, path))


def source_problems(root, path):
    wanted = root / "tests" / path.relative_to("src").parent / f"{path.stem}_test.cpp"
    if wanted.exists() or wanted.with_suffix(".py").exists() or not needs_test(root, path) or str(path) in UNTESTED:
        return []
    return [f"{path}: has no test {wanted.relative_to(root)}"]


def test_problems(root, path):
    if str(path) in WITHOUT_SOURCE:
        return []
    source = root / "src" / path.relative_to("tests").parent / path.name.replace("_test.cpp", ".cpp")
    if source.exists() or source.with_suffix(".h").exists():
        return []
    return [f"{path}: tests no source: {source.relative_to(root)} does not exist"]


def problems(root):
    found = [f"tests/check/mirror.py: {path} does not exist: take it off the list"
             for path in (*UNTESTED, *WITHOUT_SOURCE) if not (root / path).exists()]
    for path in source_tree.code_files(root, ".cpp", ".h", folders=("src",)):
        if len(path.parts) > 2:
            found += source_problems(root, path)
    for path in source_tree.code_files(root, ".cpp", folders=("tests",)):
        if len(path.parts) > 2 and path.name.endswith("_test.cpp") and (root / "src" / path.parts[1]).is_dir():
            found += test_problems(root, path)
    return found


if __name__ == "__main__":
    source_tree.main(problems)
