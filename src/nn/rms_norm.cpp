#include "nn/rms_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

namespace hone::nn {

RmsNorm::RmsNorm(int64_t width, double eps, RmsCentre centre) : eps_(eps), centre_(centre) {
  weight = register_parameter("weight", at::empty({width}));
}

at::Tensor RmsNorm::factors() const { return centre_ == RmsCentre::kOne ? weight + 1 : weight; }

void RmsNorm::draw(const Wanted& wanted, double, at::Generator&) {
  if (wanted("weight")) weight.fill_(centre_ == RmsCentre::kOne ? 0.0 : 1.0);
}

at::Tensor RmsNorm::forward(const at::Tensor& x) const {
  return tensor::residual_norm(x, {.kind = tensor::NormKind::kRms, .weight = factors(), .eps = eps_}).normed;
}

tensor::NormResult RmsNorm::sum_and_norm(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual,
                                         double p, const RandomStream& stream) const {
  return tensor::residual_norm(product, {.kind = tensor::NormKind::kRms,
                                         .weight = factors(),
                                         .eps = eps_,
                                         .bias = bias,
                                         .residual = residual,
                                         .p = p,
                                         .stream = stream,
                                         .overwrite_x = true});
}

}  // namespace hone::nn
