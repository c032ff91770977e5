# check/hints: if a string in the sources names an option ("--seed"), some command that reaches the string accepts the
# option; after "hone COMMAND", that command accepts it. At run time, cli/hints.h drops the clauses of a hint that name
# an option which the running command lacks; this check finds the clauses that no command could show.
# usage: hints.py PROGRAM [ROOT]
import re
import subprocess
import sys

import options_read
import source_tree

TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9_-]+)")
ALWAYS = {"help", "config", "version"}


def options_of_commands(program, root):
    """Returns {command: names}: names and aliases from `hone help --markdown`, positional options from the structs."""
    made = subprocess.run([program, "help", "--markdown"], capture_output=True, text=True, check=True).stdout
    structs, options = options_read.option_structs(root), {}
    positional = {command: {option.replace("_", "-") for option, _ in options_read.all_members(structs, struct)}
                  for struct, command in options_read.commands(root)}
    for section in made.split("\n## hone ")[1:]:
        command, rows = section.split("\n", 1)
        names = set(re.findall(r"`--([a-z0-9-]+)`", rows)) | ALWAYS | positional.get(command, set())
        options[command] = names | {"no-" + name for name in names}
    return options


def texts(code):
    """Yields (line number, text) of each string literal; adjacent literals are joined."""
    joined = re.sub(r'"\s*\n\s*"', lambda match: "\0" * match.group(0).count("\n"), code)
    for match in TEXT.finditer(joined):
        line = joined.count("\n", 0, match.start()) + joined.count("\0", 0, match.start()) + 1
        yield line, match.group(0)[1:-1].replace("\0", "").replace("\\n", " ")


def clause_problem(clause, reaching, options):
    at = [(match.start(), match.group(1).replace("_", "-").rstrip("-")) for match in OPTION.finditer(clause)]
    asked = {"": []}
    for position, name in at:
        commands = [name for pair in re.findall(r"\bhone (([a-z]+) ?[a-z]*) ", clause[:position]) for name in pair if name in options]
        asked.setdefault(commands[-1] if commands else "", []).append(name)
    for command, names in asked.items():
        for name in names:
            if command and name not in options[command]:
                return f"hone {command} has no option --{name}"
    if not any(set(asked[""]) <= options[command] for command in reaching):
        return f"no command that reaches this text has all of {', '.join('--' + name for name in asked[''])}"
    return ""


def problems(program, root):
    options = options_of_commands(program, root)
    reached = {command: options_read.reachable(root, options_read.source_of(command)) for command in options}
    found = []
    for path in source_tree.code_files(root, ".h", ".cpp", folders=("src",)):
        code = "\n".join("" if line.lstrip().startswith("//") else line for line in source_tree.read(root, path).split("\n"))
        reaching = [command for command in options if str(path) in reached[command]] or list(options)
        for line, text in texts(code):
            for clause in text.split("; "):
                problem = clause_problem(clause, reaching, options)
                if problem:
                    found.append(f"{path}:{line}: {problem}: \"{clause}\"")
    return found


if __name__ == "__main__":
    program = sys.argv.pop(1)
    source_tree.main(lambda root: problems(program, root))
