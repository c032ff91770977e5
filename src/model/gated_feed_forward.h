// The feed-forward block of most decoders: down(activation(gate(x)) * up(x)). Shazeer, "GLU Variants Improve
// Transformer", arXiv 2002.05202. C width of the model, F width of the block.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>

#include "nn/activation.h"
#include "nn/joined_linear.h"
#include "nn/linear.h"

namespace hone::model {

struct FeedForwardShape {
  int64_t width = 0, inner_width = 0;  // C, F
  std::string activation;
  bool has_bias = false;
  bool is_joined = false;  // the checkpoint holds gate and up as one matrix
};

// Registers gate_proj, up_proj and down_proj, or gate_up_proj and down_proj.
class GatedFeedForward : public torch::nn::Module {
 public:
  // Makes a linear from in features, out features and whether it has a bias.
  using MakeLinear = std::shared_ptr<nn::Linear> (*)(int64_t, int64_t, bool);

  explicit GatedFeedForward(const FeedForwardShape& shape, MakeLinear make = make_linear);

  at::Tensor forward(const at::Tensor& x) const;  // [T, C] -> [T, C]

  // The weights [F, C], [F, C] and [C, F]; the first two only if they are not joined.
  const at::Tensor& gate_weight() const { return gate_->weight; }
  const at::Tensor& up_weight() const { return up_->weight; }
  const at::Tensor& down_weight() const { return down_->weight; }

 private:
  static std::shared_ptr<nn::Linear> make_linear(int64_t in_features, int64_t out_features, bool has_bias);

  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> gate_, up_, down_, gate_up_;  // gate_up_ in place of the first two if they are joined
  std::shared_ptr<nn::JoinedLinear> joined_;
};

}  // namespace hone::model
