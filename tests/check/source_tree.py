# Shared by all checks: the list of files, C++ without its comments and strings, and the report of problems.
# A check is a module with problems(root) -> list of lines. As a program it prints them and fails if there are any.
import re
import sys
from pathlib import Path

CODE_FOLDERS = ("src", "tests", "bench", "cmake", "demo")
SKIPPED_FOLDERS = {"__pycache__", "build", ".venv", "node_modules"}

# Comments, raw strings, strings and characters; a digit separator (1'000) is not a character.
LITERALS = re.compile(
    r"""//(?:[^\n\\]|\\.|\\\n)*"""
    r"""|/\*.*?\*/"""
    r"""|\bR"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)\""""
    r"""|"(?:[^"\\\n]|\\.)*\""""
    r"""|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'""",
    re.DOTALL,
)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)


def code_files(root, *endings, folders=CODE_FOLDERS):
    """Returns the sorted paths, relative to root, of the files in the folders with these extensions."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in endings and path.is_file() and not SKIPPED_FOLDERS & set(path.parts):
                found.append(path.relative_to(root))
    return found


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="surrogateescape")


def blank(match):
    """Returns as many line breaks as the match has, and empty quotes if the match is a string."""
    text = match.group(0)
    return ('""' if text[0] in "R\"'" else " ") + "\n" * text.count("\n")


def bare_code(text):
    """Returns the C++ without comments, strings and preprocessor lines; every line keeps its number."""
    return PREPROCESSOR.sub(lambda match: "\n" * match.group(0).count("\n"), LITERALS.sub(blank, text))


def included(text):
    """Yields (line number, name, is_quoted) of each #include."""
    for number, line in enumerate(text.split("\n"), start=1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(2), match.group(1) == '"'


def main(problems):
    """Runs a check on the tree that the command line names, by default on this one."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = problems(root)
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
