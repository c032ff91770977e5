#include "nn/linear.h"

#include <ATen/ops/empty.h>

#include <utility>

#include "tensor/activated_linear.h"

namespace hone::nn {

Linear::Linear(int64_t in_features, int64_t out_features) {
  weight = register_parameter("weight", at::empty({out_features, in_features}));
  bias = register_parameter("bias", at::empty({out_features}));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return compute(x, bias); }

at::Tensor Linear::product(const at::Tensor& x) const { return compute(x, {}); }

at::Tensor Linear::product(ActivatedInput&& input) const {
  const at::Tensor x = std::exchange(input.x, {});
  const Activation& activation = input.activation;
  if (!activation.kernel || !x.device().is_cpu() || x.dim() != 2 || tensor::takes_packed_weights(x)) {
    return product(activation.apply(x, input.bias));
  }
  packed_weight_.release();
  const bool is_computed = x.grad_fn() != nullptr;  // x is a leaf if the caller owns it
  return tensor::activated_linear(x, input.bias, *activation.kernel, weight, cast_weight_.in(weight, x.scalar_type()),
                                  /*overwrite_x=*/is_computed);
}

at::Tensor Linear::compute(const at::Tensor& x, const at::Tensor& added_bias) const {
  if (tensor::takes_packed_weights(x)) {
    return tensor::packed_linear(x, packed_weight_.in(weight, x.scalar_type(), tensor::version_of(weight)), added_bias);
  }
  packed_weight_.release();
  return tensor::linear(x, weight, cast_weight_.in(weight, x.scalar_type()), added_bias);
}

}  // namespace hone::nn
