// The options that name a trained model, for the commands that apply one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "task/options.h"

namespace hone::cli {

struct TrainedModelOptions {
  std::filesystem::path model_name_or_path, base_model;
  std::optional<int64_t> max_seq_length;
  task::LongText long_text;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a trained model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    visit("max_seq_length", self.max_seq_length,
          "longest text in tokens; longer texts are truncated, with a warning; of causal-lm: tokens of a window")
        .at_least(2)
        .default_text("that of the training");
    task::LongText::fields(self.long_text, visit, "that of the training");
  }
};

}  // namespace hone::cli
