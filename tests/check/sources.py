# check/sources: ASCII, no tabs, no to-do marks, no code in comments, no phrase that CONTRIBUTING.md rules out; each file
# opens with a comment that states its purpose (a .cpp beside its header does not need one), and each header has an
# include guard. Types and constants in anonymous namespaces have a name of their own in their floor, because the files of a
# floor are compiled together. The same rules apply to the pages' sources, except that they may contain Chinese.
import re

import source_tree

ENDINGS = (".h", ".cpp", ".py", ".cmake", ".map", ".sh")
PAGE_ENDINGS = (".ts", ".tsx", ".css")
PAGE_FOLDERS = ("web/src", "tests/web")
# Written in parts so that this file does not find itself.
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
CODE_IN_COMMENT = re.compile(r"^\s*//\s*(?:[\w:.>-]+\(.*\);|[\w:<>*& ]+ = .*;|(?:if|for|while) \(.*\) \{|\}|return\b.*;)\s*$")
# The English of CONTRIBUTING.md: what these phrases stand for has a plain word.
OLD_PHRASES = re.compile(r"\b((?:which|that) is sa" r"id|what is n" r"o\b|that are non" r"e\b|go(?:es|ne|ing)? on with|of who" r"m\b|"
                         r"whom els" r"e|counts no" r"t|of which the firs" r"t|(?:is|are) tol" r"d\b|told apar" r"t)")


NAMESPACE = re.compile(r"^namespace ([\w:]+) \{", re.MULTILINE)
ANONYMOUS = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
LOCAL_NAME = re.compile(r"^(?:(?:struct|class|enum class) |constexpr [\w:<>,&* ]+ )(\w+)(?=[ ;{\[=:])", re.MULTILINE)
COMPILED_ALONE = re.compile(r"hone_(\w+) PROPERTIES UNITY_BUILD OFF")


def line_problems(line):
    if not line.isascii():
        yield "not ASCII"
    if "\t" in line:
        yield "a tab"
    if LEFT_OVER.search(line):
        yield f"\"{LEFT_OVER.search(line).group(0)}\" is left over: do it, or open an issue"
    if OLD_PHRASES.search(line):
        yield f"\"{OLD_PHRASES.search(line).group(0)}\": use the plain words of CONTRIBUTING.md, section The English"
    if CODE_IN_COMMENT.match(line):
        yield "code in a comment: remove it"


def page_problems(root):
    for path in source_tree.code_files(root, *PAGE_ENDINGS, folders=PAGE_FOLDERS):
        lines = source_tree.read(root, path).split("\n")
        for number, line in enumerate(lines, start=1):
            for problem in line_problems(line):
                if problem != "not ASCII":
                    yield f"{path}:{number}: {problem}"
        if not lines[0].startswith(("//", "/*")):
            yield f"{path}:1: the file must open with a comment that says what it is for"
        if lines[-1] != "":
            yield f"{path}: the last line has no end"


def opens_with_comment(path, lines):
    marks = "//" if path.suffix in (".h", ".cpp") else ("#", '"""') if path.suffix == ".py" else "#"
    return lines[0].startswith(marks)


def is_for_each_target(lines):
    """Returns whether Highway includes the header once per instruction set; such a header has a guard of its own."""
    return any(line.startswith("#if defined(HONE_KERNEL_") and line.endswith("== defined(HWY_TARGET_TOGGLE)")
               for line in lines)


def own_names(text):
    """Yields (namespace, name) of the types and constants in the anonymous namespaces of a C++ file."""
    namespace = NAMESPACE.search(text)
    for body in ANONYMOUS.findall(text):
        for name in LOCAL_NAME.findall(body):
            yield namespace.group(1) if namespace else "", name


def name_problems(root):
    cmake = root / "src/CMakeLists.txt"
    alone = set(COMPILED_ALONE.findall(cmake.read_text(encoding="utf-8"))) if cmake.exists() else set()
    places = {}
    for path in source_tree.code_files(root, ".cpp", folders=("src",)):
        floor = path.parts[1]
        if floor in alone:
            continue
        for namespace, name in own_names(source_tree.read(root, path)):
            before = places.setdefault((floor, namespace, name), path)
            if before != path:
                yield f"{path}: {name} is also the name of a type or constant in {before}"


def problems(root):
    found = list(page_problems(root)) + list(name_problems(root))
    for path in source_tree.code_files(root, *ENDINGS):
        lines = source_tree.read(root, path).split("\n")
        for number, line in enumerate(lines, start=1):
            found += [f"{path}:{number}: {problem}" for problem in line_problems(line)]
        # A test states its purpose in its name, a source in its header.
        says_by_header = path.suffix == ".cpp" and (root / path.with_suffix(".h")).exists()
        if not path.name.endswith("_test.cpp") and not says_by_header and not opens_with_comment(path, lines):
            found.append(f"{path}:1: the file must open with a comment that says what it is for")
        if path.suffix == ".h" and "#pragma once" not in lines and not is_for_each_target(lines):
            found.append(f"{path}: the header lacks #pragma once")
        if lines[-1] != "":
            found.append(f"{path}: the last line has no end")
    return found


if __name__ == "__main__":
    source_tree.main(problems)
