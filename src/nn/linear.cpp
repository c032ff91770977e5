// x W^T + b.
#include "nn/linear.h"

#include <ATen/ATen.h>

namespace hone::nn {

Linear::Linear(int64_t in_features, int64_t out_features) {
  weight = register_parameter("weight", at::empty({out_features, in_features}));
  bias = register_parameter("bias", at::empty({out_features}));
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  return tensor::linear(x, weight, cast_weight_.in(weight, x.scalar_type()), bias);
}

at::Tensor Linear::product(const at::Tensor& x) const {
  return tensor::linear(x, weight, cast_weight_.in(weight, x.scalar_type()), {});
}

}  // namespace hone::nn
