#include "nn/linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <utility>

#include "base/error.h"
#include "tensor/activated_linear.h"

namespace hone::nn {

Linear::Linear(int64_t in_features, int64_t out_features, bool has_bias) {
  weight = register_parameter("weight", at::empty({out_features, in_features}));
  if (has_bias) bias = register_parameter("bias", at::empty({out_features}));
}

Linear::Linear(TiedWeight tied, bool has_bias) : weight(std::move(tied.weight)), is_tied_(true) {
  if (has_bias) bias = register_parameter("bias", at::empty({weight.size(0)}));
}

void Linear::draw(const Wanted& wanted, double deviation, at::Generator& generator) {
  if (!is_tied_ && wanted("weight")) weight.normal_(0.0, deviation, generator);
  if (bias.defined() && wanted("bias")) bias.zero_();
}

// kaiming_uniform_ of the weight and uniform_ of the bias. HF draws a weight of its own, and ties it later.
void Linear::draw_construction(at::Generator& generator) {
  (is_tied_ ? at::empty_like(weight) : weight).uniform_(-1.0, 1.0, generator);
  if (bias.defined()) bias.uniform_(-1.0, 1.0, generator);
}

at::Tensor Linear::forward(const at::Tensor& x) const { return compute(x, bias); }

at::Tensor Linear::product(const at::Tensor& x) const { return compute(x, {}); }

tensor::OutputLayer Linear::output_layer(at::ScalarType dtype) const {
  check_internal(!adapter_, "an output layer has no adapter");
  packed_weight_.release();
  return {.weight = weight, .cast_weight = cast_weight_.in(weight, dtype), .bias = bias};
}

bool Linear::fuses(const at::Tensor& x, const Activation& activation) const {
  return !adapter_ && activation.kernel && x.device().is_cpu() && x.dim() == 2 && !tensor::takes_packed_weights(x);
}

at::Tensor Linear::product(GatedInput&& input) const {
  if (!fuses(input.x, input.activation)) return product(input.apply());
  const at::Tensor x = std::exchange(input.x, {});
  packed_weight_.release();
  return tensor::gated_linear(x, *input.activation.kernel, weight, cast_weight_.in(weight, x.scalar_type()),
                              /*overwrite_x=*/x.grad_fn() != nullptr);
}

at::Tensor Linear::product(ActivatedInput&& input) const {
  const at::Tensor x = std::exchange(input.x, {});
  const Activation& activation = input.activation;
  if (!fuses(x, activation)) return product(activation.apply(x, input.bias));
  packed_weight_.release();
  const bool is_computed = x.grad_fn() != nullptr;  // x is a leaf if the caller owns it
  return tensor::activated_linear(x, input.bias, *activation.kernel, weight, cast_weight_.in(weight, x.scalar_type()),
                                  /*overwrite_x=*/is_computed);
}

void Linear::set_adapter(std::shared_ptr<Adapter> adapter) {
  if (adapter_) {
    for (const auto& part : adapter_->named_children()) unregister_module(part.key());
  }
  adapter_ = std::move(adapter);
  if (!adapter_) return;
  for (const auto& part : adapter_->named_children()) register_module(part.key(), part.value());
}

void Linear::merge_adapter() {
  check_internal(adapter_ != nullptr, "a linear without an adapter has nothing to merge");
  const at::NoGradGuard no_gradients;
  weight.copy_(adapter_->merged(weight));
  set_adapter(nullptr);
}

at::Tensor Linear::base(const at::Tensor& x, const at::Tensor& added_bias) const {
  if (tensor::takes_packed_weights(x)) {
    const auto& packed = packed_weight_.in(weight, x.scalar_type(), tensor::version_of(weight));
    return tensor::packed_linear(x, packed, added_bias);
  }
  packed_weight_.release();
  return tensor::linear(x, weight, cast_weight_.in(weight, x.scalar_type()), added_bias);
}

at::Tensor Linear::base_product(const at::Tensor& x) const { return base(x, {}); }

at::Tensor Linear::compute(const at::Tensor& x, const at::Tensor& added_bias) const {
  return adapter_ ? adapter_->adapted(x, base_product(x), *this, added_bias) : base(x, added_bias);
}

}  // namespace hone::nn
