// Modules that know how new parameters are drawn.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <functional>
#include <string_view>

namespace hone::nn {

class Drawn {
 public:
  virtual ~Drawn() = default;
  // Whether a parameter, by its name in the module, is to be drawn.
  using Wanted = std::function<bool(std::string_view)>;

  // Draws as transformers' _init_weights does for this module. The modules inside it have drawn before.
  virtual void draw(const Wanted& wanted, double deviation, at::Generator& generator) = 0;

  // Draws what the constructor of torch's layer draws. draw() overwrites the values, so only their number and
  // distribution matter.
  virtual void draw_construction(at::Generator&) {}
};

// A module with parameters of its own: matrices and tables are drawn from Normal(0, deviation), biases are 0, norms
// have weight 1 and bias 0.
class Leaf : public torch::nn::Module, public Drawn {};

// Draws a weight from Normal(0, deviation) between -cutoff and cutoff deviations, bit for bit as torch.nn.init's
// trunc_normal_. Throws kUnsupported for a cutoff below 0.4, for which torch uses another method.
void draw_truncated_normal(const at::Tensor& weight, double deviation, double cutoff, at::Generator& generator);

}  // namespace hone::nn
