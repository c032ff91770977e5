// Options of hone predict.
#pragma once

#include <string>

#include "cli/text_options.h"
#include "cli/trained_model_options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct PredictOptions {
  TrainedModelOptions model;
  TextOptions texts;
  std::string function_to_apply = "softmax";
  tensor::ComputeOptions compute{.precision = "fp32"};  // what the scores of transformers are computed in
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    TrainedModelOptions::fields(self.model, visit);
    TextOptions::fields(self.texts, visit);
    visit("function_to_apply", self.function_to_apply, "how logits become scores")
        .choices({"softmax", "sigmoid", "none"});
    visit.group("Machine and output");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("json", self.json, "write a JSON line for each text");
  }
};

}  // namespace hone::cli
