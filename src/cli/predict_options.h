// Options of hone predict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/text_options.h"
#include "cli/trained_model_options.h"
#include "task/score_functions.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct PredictOptions {
  TrainedModelOptions model;
  TextOptions texts;
  std::optional<std::string> function_to_apply;
  std::optional<int64_t> top_k;
  bool keep_columns = true;
  tensor::ComputeOptions compute{.precision = "fp32"};  // as transformers computes
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    TrainedModelOptions::fields(self.model, visit);
    TextOptions::fields(self.texts, visit);
    visit.group("Scores");
    visit("function_to_apply", self.function_to_apply, "how logits become scores")
        .choices({task::kScoreFunctionNames.begin(), task::kScoreFunctionNames.end()})
        .default_text("the one that transformers' pipeline applies to the model");
    visit("top_k", self.top_k, "write only the N labels with the highest scores")
        .at_least(1)
        .default_text("all labels");
    visit("keep_columns", self.keep_columns, "write the columns of --file before the predictions");
    visit.group("Machine and output");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("json", self.json, "write a JSON line for each text");
  }
};

}  // namespace hone::cli
