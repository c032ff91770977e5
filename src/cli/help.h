// hone help: the commands by group, one command's options, or all of them as Markdown (docs/options.md).
#pragma once

#include <optional>
#include <string>

#include "options/parse.h"

namespace hone::cli {

struct HelpOptions {
  std::optional<std::string> command;
  bool markdown = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("command", self.command, "the command to explain").value_name("COMMAND");
    visit("markdown", self.markdown, "all options of all commands, as docs/options.md");
  }
};

int run_help(const options::Parsed<HelpOptions>& parsed);

}  // namespace hone::cli
