// Makes help from the table of commands.
#include "cli/help.h"

#include <fmt/format.h>

#include <vector>

#include "base/names.h"
#include "cli/commands.h"

namespace hone::cli {

namespace {

std::string overview() {
  std::string text = "hone: fine-tune, evaluate and use transformer models\n\nusage: hone COMMAND [options]\n";
  std::string_view group;
  for (const Command& command : kCommands) {
    if (command.group != group) text += fmt::format("\n{}\n", command.group);
    group = command.group;
    text += fmt::format("  {:<12}{}\n", command.name, command.doc);
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

}  // namespace

int run_help(const options::Parsed<HelpOptions>& parsed) {
  if (parsed.options.markdown) {
    print(all_markdown());
  } else if (parsed.options.command) {
    const Command& command = find_row(kCommands, "command", *parsed.options.command);
    print(command_help(command, parsed.options.group, help_width()));
  } else {
    print(overview());
  }
  return 0;
}

}  // namespace hone::cli
