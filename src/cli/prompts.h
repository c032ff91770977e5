// The prompts of a command: one from the command line, or a file of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli {

struct PromptOptions {
  std::optional<std::string> prompt;
  std::filesystem::path prompts;
  std::string prompt_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Prompts");
    visit("prompt", self.prompt, "the prompt").value_name("TEXT");
    visit("prompts", self.prompts, "file of rows with a prompt each (txt: a line each), or -: lines of standard input")
        .value_name("FILE");
    visit("prompt_column", self.prompt_column, "column of --prompts that holds them")
        .value_name("NAME")
        .default_text("prompt, else found by name: text, sentence ...");
  }
};

// Returns the prompts; those of a file without its empty ones. Errors: kUsage if none or both are given; kInput for a
// file without a prompt, for a text that is not UTF-8, and those of table::read_rows.
std::vector<std::string> prompts_of(const PromptOptions& options);

}  // namespace hone::cli
