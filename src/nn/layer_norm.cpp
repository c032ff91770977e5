#include "nn/layer_norm.h"

#include <ATen/ops/empty.h>

namespace hone::nn {

LayerNorm::LayerNorm(int64_t width, double eps, bool has_bias) : eps_(eps) {
  weight = register_parameter("weight", at::empty({width}));
  if (has_bias) bias = register_parameter("bias", at::empty({width}));
}

void LayerNorm::draw(const Wanted& wanted, double, at::Generator&) {
  if (wanted("weight")) weight.fill_(1.0);
  if (bias.defined() && wanted("bias")) bias.zero_();
}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return tensor::residual_norm(x, {.weight = weight, .norm_bias = bias, .eps = eps_}).normed;
}

at::Tensor LayerNorm::forward(const at::Tensor& product, const at::Tensor& product_bias, const at::Tensor& residual,
                              double p, const RandomStream& stream) const {
  return sum_and_norm(product, product_bias, residual, p, stream).normed;
}

tensor::NormResult LayerNorm::sum_and_norm(const at::Tensor& product, const at::Tensor& product_bias,
                                           const at::Tensor& residual, double p, const RandomStream& stream) const {
  return tensor::residual_norm(product, {.weight = weight,
                                         .norm_bias = bias,
                                         .eps = eps_,
                                         .bias = product_bias,
                                         .residual = residual,
                                         .p = p,
                                         .stream = stream,
                                         .overwrite_x = true});
}

}  // namespace hone::nn
