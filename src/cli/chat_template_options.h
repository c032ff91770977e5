// The options of how a chat becomes the text that a model reads.
#pragma once

#include <filesystem>

namespace hone::cli {

struct ChatTemplateOptions {
  std::filesystem::path template_file;
  bool allow_special = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("template", self.template_file, "chat template in place of the model's own").value_name("FILE");
    visit("allow_special", self.allow_special, "let the text of a special token in a message become that token");
  }
};

}  // namespace hone::cli
