# check/sizes: no function over 80 lines and no file over 500; most functions under 25 and most files under 250.
# For TypeScript it measures the files only, not the functions. It always prints the medians and shares.
import statistics

import functions
import source_tree

MAX_FUNCTION, MAX_FILE = 80, 500
SMALL_FUNCTION, SMALL_FILE = 25, 250
# "Most": at least this share.
SMALL_SHARE = 0.8


def share(lengths, small):
    return sum(length < small for length in lengths) / len(lengths)


def summary(what, lengths, small):
    return (f"{what}: {len(lengths)}, median {statistics.median(lengths):g} lines, "
            f"{100 * share(lengths, small):.0f}% under {small}, longest {max(lengths)}")


def problems(root):
    found, function_lengths, file_lengths = [], [], []
    folders = (*source_tree.CODE_FOLDERS, "web")
    for path in source_tree.code_files(root, ".h", ".cpp", ".py", ".ts", ".tsx", folders=folders):
        lines = source_tree.read(root, path).count("\n")
        file_lengths.append(lines)
        if lines > MAX_FILE:
            found.append(f"{path}: {lines} lines; at most {MAX_FILE}: split it by subject")
        if path.suffix in (".ts", ".tsx"):
            continue
        try:
            measured = functions.functions_of(root, path)
        except (ValueError, SyntaxError) as error:
            found.append(f"{path}: cannot be measured: {error}")
            continue
        for function in measured:
            function_lengths.append(function.length)
            if function.length > MAX_FUNCTION:
                found.append(f"{path}:{function.line}: {function.name} has {function.length} lines; "
                             f"at most {MAX_FUNCTION}: give its parts names")
    if not function_lengths:
        return ["no functions found"]
    for what, lengths, small in (("functions", function_lengths, SMALL_FUNCTION), ("files", file_lengths, SMALL_FILE)):
        print(summary(what, lengths, small))
        if share(lengths, small) < SMALL_SHARE:
            found.append(f"{what}: less than {100 * SMALL_SHARE:.0f}% are under {small} lines")
    return found


if __name__ == "__main__":
    source_tree.main(problems)
