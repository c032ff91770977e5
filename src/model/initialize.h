// New weights, drawn as transformers 5 draws them: from torch's CPU generator (mt19937), in HF's order, to the bit.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace hone::model {

// A CPU generator in the state that set_seed(seed) leaves torch's in.
at::Generator seeded_generator(uint64_t seed);

// As from_pretrained: only the parameters in `missing` are drawn, in the order of the modules. Matrices and tables:
// Normal(0, initializer_range); biases: 0; norms: weight 1, bias 0.
void draw_missing(torch::nn::Module& model, const std::set<std::string>& missing, double initializer_range,
                  at::Generator generator);

// As from_config: every parameter. HF first constructs the module `body` with torch's own draws and then draws it anew,
// and only then goes on to the head, so the discarded draws count.
void draw_all(torch::nn::Module& model, std::string_view body, double initializer_range, at::Generator generator);

}  // namespace hone::model
