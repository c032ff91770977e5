// hone help: the commands, the options of one command, or all options as Markdown (docs/options.md).
#pragma once

#include <optional>
#include <string>

#include "options/parse.h"

namespace hone::cli {

struct HelpOptions {
  std::optional<std::string> command;
  std::string group;
  bool markdown = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("command", self.command, "the command to explain").value_name("COMMAND");
    visit.positional("group", self.group, "the group of options to explain; all: every group").value_name("GROUP");
    visit("markdown", self.markdown, "write the options of all commands in the form of docs/options.md");
  }
};

int run_help(const options::Parsed<HelpOptions>& parsed);

}  // namespace hone::cli
