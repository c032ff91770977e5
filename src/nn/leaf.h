// A module with parameters of its own, which knows how new ones are drawn.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <functional>
#include <string_view>

namespace hone::nn {

class Leaf : public torch::nn::Module {
 public:
  // Whether a parameter, by its name in the module, is to be drawn.
  using Wanted = std::function<bool(std::string_view)>;

  // Draws as transformers' _init_weights does: matrices and tables from Normal(0, deviation), biases 0, norms weight 1
  // and bias 0.
  virtual void draw(const Wanted& wanted, double deviation, at::Generator& generator) = 0;

  // Draws what the constructor of torch's layer draws. draw() overwrites the values, so only their number and
  // distribution matter.
  virtual void draw_construction(at::Generator&) {}
};

}  // namespace hone::nn
