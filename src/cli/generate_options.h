// The options of hone generate.
#pragma once

#include <filesystem>

#include "cli/chat_template_options.h"
#include "cli/language_model_options.h"
#include "cli/prompts.h"
#include "generate/answer_form.h"
#include "generate/options.h"

namespace hone::cli {

struct GenerateOptions {
  std::filesystem::path model_name_or_path, base_model;
  PromptOptions input;
  bool apply_chat_template = false;
  ChatTemplateOptions chat_template;
  generate::GenerationOptions generation;
  generate::FormOptions form;
  LanguageModelOptions machine;
  bool json = false;
  std::filesystem::path timings;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a language model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    PromptOptions::fields(self.input, visit);
    visit("apply_chat_template", self.apply_chat_template,
          "make each prompt the message of a user, in the model's chat template");
    ChatTemplateOptions::fields(self.chat_template, visit);
    generate::GenerationOptions::fields(self.generation, visit);
    generate::FormOptions::fields(self.form, visit);
    visit.group("Machine and output");
    LanguageModelOptions::fields(self.machine, visit);
    visit("json", self.json, "write a JSON line for each answer");
    visit("timings", self.timings, "write tokens and seconds of loading, prompts and answers there, as JSON")
        .value_name("FILE");
  }
};

}  // namespace hone::cli
