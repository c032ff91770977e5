// Options of hone predict.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/text_options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct PredictOptions {
  std::filesystem::path model_name_or_path;
  TextOptions texts;
  std::optional<int64_t> max_seq_length;
  std::string function_to_apply = "softmax";
  tensor::ComputeOptions compute{.precision = "fp32"};  // what the scores of transformers are computed in
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a trained model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    TextOptions::fields(self.texts, visit);
    visit("max_seq_length", self.max_seq_length, "longest text in tokens; what is over is cut, which is said")
        .at_least(2)
        .default_text("that of the training");
    visit("function_to_apply", self.function_to_apply, "how logits become scores")
        .choices({"softmax", "sigmoid", "none"});
    visit.group("Machine and output");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("json", self.json, "write a JSON line for each text");
  }
};

}  // namespace hone::cli
