// The options of hone generate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "generate/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct GenerateOptions {
  std::filesystem::path model_name_or_path, base_model, prompts;
  std::optional<std::string> prompt;
  generate::GenerationOptions generation;
  int64_t max_batch_tokens = 65536;
  tensor::ComputeOptions compute;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a language model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    visit.group("Prompts");
    visit("prompt", self.prompt, "the text that the model continues, as it is").value_name("TEXT");
    visit("prompts", self.prompts, "file with a prompt on each line, or -: standard input").value_name("FILE");
    generate::GenerationOptions::fields(self.generation, visit);
    visit.group("Machine and output");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("max_batch_tokens", self.max_batch_tokens,
          "most tokens of all prompts and answers that are computed at the same time")
        .at_least(64);
    visit("json", self.json, "write a JSON line for each answer");
  }
};

}  // namespace hone::cli
