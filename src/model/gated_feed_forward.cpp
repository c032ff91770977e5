#include "model/gated_feed_forward.h"

#include <ATen/TensorOperators.h>

#include <vector>

namespace hone::model {

GatedFeedForward::GatedFeedForward(const FeedForwardShape& shape, MakeLinear make)
    : activation_(nn::find_activation(shape.activation)) {
  const int64_t width = shape.width, inner = shape.inner_width;
  if (shape.is_joined) {
    gate_up_ = register_module("gate_up_proj", make(width, 2 * inner, shape.has_bias));
  } else {
    gate_ = register_module("gate_proj", make(width, inner, shape.has_bias));
    up_ = register_module("up_proj", make(width, inner, shape.has_bias));
  }
  down_ = register_module("down_proj", make(inner, width, shape.has_bias));
  if (shape.is_joined) return;
  joined_ =
      register_module("gate_and_up", std::make_shared<nn::JoinedLinear>(std::vector{gate_, up_}, /*has_values=*/false));
}

at::Tensor GatedFeedForward::forward(const at::Tensor& x) const {
  const at::Tensor product =
      down_->product(nn::GatedInput{gate_up_ ? gate_up_->forward(x) : joined_->forward(x), activation_});
  return down_->bias.defined() ? product + down_->bias.to(product.scalar_type()) : product;
}

std::shared_ptr<nn::Linear> GatedFeedForward::make_linear(int64_t in_features, int64_t out_features, bool has_bias) {
  return std::make_shared<nn::Linear>(in_features, out_features, has_bias);
}

}  // namespace hone::model
