# check/options_read: some source that the command can reach reads every option of the command, outside the struct that
# declares it. A command reaches what src/cli/<command>.cpp includes, the sources beside those headers, and so on.
import re

import source_tree

STRUCT = re.compile(r"^struct (\w+)(?: : ([\w:, ]+))? \{(.*?)^\};", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"visit(?:\.positional)?\(\s*\"(\w+)\",\s*self\.(\w+)")
PART = re.compile(r"(?:(\w+)::)?(\w+)::fields\(self\.(\w+)")
COMMAND = re.compile(r"(?:library|light)_command<(?:\w+::)?(\w+)(?:,\s*\w+)?>\(\s*\"(\w+(?: \w+)?)\"")


def option_structs(root):
    """Returns {struct: ([(option, member)], [struct of a member or a base])} for all structs with fields."""
    structs = {}
    for path in source_tree.code_files(root, ".h", folders=("src",)):
        for name, bases, body in STRUCT.findall(source_tree.read(root, path)):
            if "fields(" in body:
                parts = [part[1] for part in PART.findall(body)] + [base.split("::")[-1] for base in bases.split(", ") if base]
                structs[name] = (MEMBER.findall(body), parts)
    return structs


def commands(root):
    """Returns [(struct of its options, command)] from the table of commands."""
    table = root / "src/cli/commands.h"
    return COMMAND.findall(table.read_text(encoding="utf-8")) if table.exists() else []


def source_of(command):
    """Returns the file of a command; that of "tokenizer train" is tokenizer_train.cpp."""
    return f"src/cli/{command.replace(' ', '_')}.cpp"


def all_members(structs, name):
    members, parts = structs[name]
    for part in parts:
        members = members + all_members(structs, part)
    return members


def reachable(root, start):
    """Returns the sources that a file reaches through its includes; each header brings the .cpp beside it."""
    seen, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in seen or not (root / path).is_file():
            continue
        seen.add(path)
        if path.endswith(".h"):
            waiting.append(path[:-2] + ".cpp")
        waiting += ["src/" + name for _, name, is_quoted in source_tree.included(source_tree.read(root, path)) if is_quoted]
    return seen


def without_declarations(text):
    """Returns the C++ without the option structs, because they declare options and do not read them."""
    return STRUCT.sub(lambda match: "" if "fields(" in match.group(3) else match.group(0), source_tree.bare_code(text))


def problems(root):
    structs = option_structs(root)
    found = []
    table = commands(root)
    for struct, command in table:
        files = reachable(root, source_of(command))
        code = "\n".join(without_declarations(source_tree.read(root, path)) for path in sorted(files))
        for option, member in all_members(structs, struct):
            if not re.search(rf"(?:\.|->){member}\b", code):
                found.append(f"hone {command}: nothing that {source_of(command)} reaches reads the option {option} ({member})")
    if not table:
        found.append("src/cli/commands.h: no command found")
    return found


if __name__ == "__main__":
    source_tree.main(problems)
