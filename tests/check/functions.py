# Finds the functions of C++ and Python sources with their lengths in lines, for check/sizes and check/mirror.
# C++ is not parsed: braces are matched outside comments and strings, and the words before a brace at namespace or class
# scope decide what the brace opens.
import ast
import re
from typing import NamedTuple

import source_tree


class Function(NamedTuple):
    name: str
    line: int  # where its declaration begins
    length: int  # lines, declaration and closing brace included


# What may appear between a function's parameters and its body.
FUNCTION_END = re.compile(r"(\)|\}|\bconst|\bnoexcept|\boverride|\bfinal|\btry|\bmutable|&)$|->[^;{}]*$")
TYPE_START = re.compile(r"^(?:typedef\s+|static\s+|inline\s+|constexpr\s+|const\s+)*(?:class|struct|union|enum)\b")
TEMPLATE = re.compile(r"^template\s*<")


def without_template(statement):
    """Returns the statement without its leading template<...> clauses."""
    while TEMPLATE.match(statement):
        depth = 0
        for position, character in enumerate(statement):
            depth += (character == "<") - (character == ">")
            if character == ">" and depth == 0:
                break
        statement = statement[position + 1 :].lstrip()
    return statement


def brace_kind(statement):
    """Returns what a brace after the words opens: "scope" (namespace, class), "function" or "value" (initializer)."""
    statement = without_template(statement.strip())
    if re.match(r"^(inline\s+)?namespace\b", statement) or re.fullmatch(r'extern\s*""', statement):
        return "scope"
    if TYPE_START.match(statement) and not re.search(r"\)\s*(const|noexcept|override)?$", statement):
        return "scope"
    if "(" in statement and FUNCTION_END.search(statement):
        return "function"
    return "value"


def function_name(statement):
    """Returns the words before the parameters, or the line with the test's name."""
    match = re.search(r"([~\w:]+|operator\s*[^\s\w(]+|operator\(\))\s*\(", without_template(statement.strip()))
    return match.group(1) if match else statement.strip()[:40]


class BraceWalker:
    """Walks over bare code and collects its functions."""

    def __init__(self):
        self.functions = []
        self.open_braces = []  # (kind, statement, its first line)
        self.statement, self.start = "", 0

    def in_function(self):
        return any(kind == "function" for kind, _, _ in self.open_braces)

    def take(self, character, line):
        if character == "{":
            kind = "value" if self.in_function() else brace_kind(self.statement)
            self.open_braces.append((kind, self.statement, self.start))
            self.statement = ""
        elif character == "}" and self.open_braces:
            self.close(line)
        elif character == ";":
            self.statement = ""
        elif character.strip() or self.statement:
            if not self.statement:
                self.start = line
            self.statement += character

    def close(self, line):
        kind, statement, start = self.open_braces.pop()
        if kind == "function":
            self.functions.append(Function(function_name(statement), start, line - start + 1))
        # After a member's {1} the constructor's initializer list, and so its statement, continues.
        self.statement, self.start = (statement + "{}", start) if kind == "value" else ("", 0)


def cpp_functions(text):
    walker = BraceWalker()
    code = re.sub(r"\b(public|private|protected)\s*:(?!:)", lambda match: " " * len(match.group(0)),
                  source_tree.bare_code(text))
    for line, content in enumerate(code.split("\n"), start=1):
        for character in content + "\n":
            walker.take(character, line)
    if walker.open_braces:
        raise ValueError(f"the brace opened after line {walker.open_braces[-1][2]} is not closed")
    return walker.functions


def python_functions(text):
    return [Function(node.name, node.lineno, node.end_lineno - node.lineno + 1)
            for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def functions_of(root, path):
    text = source_tree.read(root, path)
    return python_functions(text) if path.suffix == ".py" else cpp_functions(text)
