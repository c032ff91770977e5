#include "cli/find_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/names.h"
#include "cli/commands.h"

namespace hone::cli {

namespace {

const Command* command_named(std::string_view name) {
  const auto* row = std::ranges::find(kCommands, name, &Command::name);
  return row == kCommands.end() ? nullptr : row;
}

std::vector<std::string> commands_of(std::string_view family) {
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (family_of(command.name) == family) names.emplace_back(command.name);
  }
  return names;
}

}  // namespace

NamedCommand find_command(std::span<const std::string> words) {
  const std::string& first = words.front();
  const auto* family = std::ranges::find(kFamilies, first, &CommandFamily::name);
  if (family == kFamilies.end()) return {&find_row(kCommands, "command", first), nullptr, 1};
  if (words.size() == 1 || words[1].starts_with('-')) return {nullptr, family, 1};
  const std::string name = first + " " + words[1];
  if (const Command* command = command_named(name)) return {command, nullptr, 2};
  throw unknown_name(ErrorKind::kUsage, "command", name, commands_of(first));
}

std::string family_help(const CommandFamily& family) {
  std::string text =
      fmt::format("hone {}: {}\n\nusage: hone {} COMMAND [options]\n\n", family.name, family.doc, family.name);
  for (const Command& command : kCommands) {
    if (family_of(command.name) != family.name) continue;
    text += fmt::format("  {:<12}{}\n", command.name.substr(family.name.size() + 1), command.doc);
  }
  return text + fmt::format("\nhone {} COMMAND --help lists a command's options.\n", family.name);
}

}  // namespace hone::cli
