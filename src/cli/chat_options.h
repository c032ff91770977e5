// Options of hone chat.
#pragma once

#include <filesystem>
#include <string>

namespace hone::cli {

struct ChatOptions {
  std::filesystem::path model_name_or_path;
  bool render = false;
  std::filesystem::path context, template_file;
  bool ids = false, allow_special = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of the model")
        .required()
        .alias("model")
        .value_name("DIR");
    visit.group("Rendering");
    visit("render", self.render, "print the text that the chat template makes of --context");
    visit("context", self.context,
          "JSON file with messages, tools and other variables of the template; - is standard input")
        .value_name("FILE");
    visit("template", self.template_file, "chat template in place of the model's own").value_name("FILE");
    visit("ids", self.ids, "print the token ids of the rendering, as JSON");
    visit("allow_special", self.allow_special, "let the text of a special token in a message become that token");
  }
};

}  // namespace hone::cli
