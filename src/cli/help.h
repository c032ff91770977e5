// hone help: the commands, the options of one command, or all options as Markdown (docs/options.md).
#pragma once

#include <string>
#include <vector>

#include "options/parse.h"

namespace hone::cli {

struct HelpOptions {
  std::vector<std::string> command;
  bool markdown = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("command", self.command, "the command to explain, and a group of its options; all: every group")
        .value_name("WORD");
    visit("markdown", self.markdown, "write the options of all commands in the form of docs/options.md");
  }
};

int run_help(const options::Parsed<HelpOptions>& parsed);

}  // namespace hone::cli
