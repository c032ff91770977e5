// How a command computes with a language model that writes: the options of generate and compare.
#pragma once

#include <cstdint>

#include "tensor/compute_options.h"

namespace hone::cli {

struct LanguageModelOptions {
  tensor::ComputeOptions compute;
  tensor::WeightOptions weights;
  int64_t max_batch_tokens = 65536;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    tensor::ComputeOptions::fields(self.compute, visit);
    tensor::WeightOptions::fields(self.weights, visit);
    visit("max_batch_tokens", self.max_batch_tokens,
          "most tokens of all prompts and answers that are computed at the same time")
        .at_least(64);
  }
};

}  // namespace hone::cli
