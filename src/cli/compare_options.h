// Options of hone compare.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/language_model_options.h"
#include "cli/prompts.h"
#include "generate/options.h"

namespace hone::cli {

struct CompareOptions {
  std::vector<std::string> models;
  PromptOptions input;
  bool apply_chat_template = true;
  generate::GenerationOptions generation;
  LanguageModelOptions machine;
  std::filesystem::path html;
  bool json = false, overwrite = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Models");
    visit
        .positional("models", self.models,
                    "folders of two language models, in Hugging Face's format, such as a base model and the instruct "
                    "model that was made of it")
        .required()
        .not_split()
        .paths()
        .value_name("DIR");
    PromptOptions::fields(self.input, visit);
    visit("apply_chat_template", self.apply_chat_template,
          "give the prompt as a user's message if the model has a chat template");
    generate::GenerationOptions::fields(self.generation, visit);
    visit.group("Machine and output");
    LanguageModelOptions::fields(self.machine, visit);
    visit("html", self.html, "file for the comparison as one page with plots, which needs no network")
        .value_name("FILE");
    visit("json", self.json, "write one JSON object instead of text");
    visit("overwrite", self.overwrite, "replace an --html file that exists; without it that is an error");
  }
};

}  // namespace hone::cli
