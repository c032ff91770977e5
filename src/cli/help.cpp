// Makes help from the table of commands.
#include "cli/help.h"

#include <fmt/format.h>

#include <vector>

#include "base/names.h"
#include "cli/commands.h"
#include "cli/find_command.h"

namespace hone::cli {

namespace {

std::string overview() {
  std::string text = "hone: fine-tune, evaluate and use transformer models\n\nusage: hone COMMAND [options]\n";
  std::string_view group, last_family;
  for (const Command& command : kCommands) {
    if (command.group != group) text += fmt::format("\n{}\n", command.group);
    group = command.group;
    const std::string_view family = family_of(command.name);
    if (family.empty()) text += fmt::format("  {:<12}{}\n", command.name, command.doc);
    if (family.empty() || family == last_family) continue;
    text += fmt::format("  {:<12}{}\n", family, find_row(kFamilies, "command", family).doc);
    last_family = family;
  }
  text += "\nExamples\n";
  for (const std::string_view example : kExamples) text += fmt::format("  {}\n", example);
  return text + "\nhone COMMAND --help lists a command's options.\n";
}

std::string all_markdown() {
  std::string text =
      "# Options\n\n`hone help --markdown` writes this page; a test compares them. Each option can also be a line of "
      "the "
      "file that\n`--config FILE` names (YAML or JSON), with underscores instead of hyphens; flags take precedence. In "
      "every path a\nleading `~/` is the home folder. An item of a list that has a comma in it is written in double "
      "quotes.\n";
  for (const Command& command : kCommands) text += "\n" + command_markdown(command);
  return text;
}

// Returns the help of the command that the words name, or of a group of its options.
std::string help_of(const std::vector<std::string>& words) {
  const NamedCommand named = find_command(words);
  if (named.command == nullptr) return family_help(*named.family);
  if (words.size() > named.num_words + 1) {
    throw Error(ErrorKind::kUsage, fmt::format("unknown word \"{}\"", words.back()),
                "give a command and at most one group of its options");
  }
  return command_help(*named.command, words.size() > named.num_words ? words.back() : "", help_width());
}

}  // namespace

int run_help(const options::Parsed<HelpOptions>& parsed) {
  if (parsed.options.markdown) {
    print(all_markdown());
  } else if (parsed.options.command.empty()) {
    print(overview());
  } else {
    print(help_of(parsed.options.command));
  }
  return 0;
}

}  // namespace hone::cli
