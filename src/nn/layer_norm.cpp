#include "nn/layer_norm.h"

#include <ATen/ops/empty.h>

#include "tensor/norm.h"

namespace hone::nn {

LayerNorm::LayerNorm(int64_t width, double eps) : eps_(eps) {
  weight = register_parameter("weight", at::empty({width}));
  bias = register_parameter("bias", at::empty({width}));
}

void LayerNorm::draw(const Wanted& wanted, double, at::Generator&) {
  if (wanted("weight")) weight.fill_(1.0);
  if (wanted("bias")) bias.zero_();
}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return tensor::residual_norm(x, {.weight = weight, .norm_bias = bias, .eps = eps_}).normed;
}

at::Tensor LayerNorm::forward(const at::Tensor& product, const at::Tensor& product_bias, const at::Tensor& residual,
                              double p, const RandomStream& stream) const {
  return tensor::residual_norm(product, {.weight = weight,
                                         .norm_bias = bias,
                                         .eps = eps_,
                                         .bias = product_bias,
                                         .residual = residual,
                                         .p = p,
                                         .stream = stream,
                                         .overwrite_x = true})
      .normed;
}

}  // namespace hone::nn
