// Options of hone chat.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/chat_template_options.h"
#include "generate/answer_form.h"
#include "generate/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct ChatOptions {
  std::filesystem::path model_name_or_path, base_model;
  std::optional<std::string> prompt;
  std::string system;
  std::filesystem::path context;
  bool truncate = false;
  std::optional<int64_t> max_context_tokens;
  bool json = false;
  ChatTemplateOptions chat_template;
  bool render = false, ids = false;
  generate::GenerationOptions generation;
  generate::FormOptions form;
  tensor::ComputeOptions compute;
  tensor::WeightOptions weights;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit
        .positional("model_name_or_path", self.model_name_or_path,
                    "folder of a language model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    visit.group("Chat");
    visit("prompt", self.prompt, "ask this one question, and end after the answer").value_name("TEXT");
    visit("system", self.system, "system message, in place of that of --context").value_name("TEXT");
    visit("context", self.context,
          "chat to continue, as /save writes it: a JSON file with messages, tools and other variables of the template; "
          "with --render - is standard input")
        .value_name("FILE");
    visit("truncate", self.truncate, "skip the oldest turns if the chat is too long; without it that is an error");
    visit("max_context_tokens", self.max_context_tokens, "most tokens of a chat with its answer")
        .at_least(2)
        .default_text("what the model takes");
    visit("json", self.json, "write a JSON line for each answer");
    visit.group("Template");
    ChatTemplateOptions::fields(self.chat_template, visit);
    visit("render", self.render, "only print the text that the chat template makes of --context");
    visit("ids", self.ids, "with --render: print the token ids of the rendering, as JSON");
    generate::GenerationOptions::fields(self.generation, visit);
    generate::FormOptions::fields(self.form, visit);
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
    tensor::WeightOptions::fields(self.weights, visit);
  }
};

}  // namespace hone::cli
