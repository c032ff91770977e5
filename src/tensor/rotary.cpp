#include "tensor/rotary.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>

#include "tensor/compute.h"

namespace hone::tensor {

at::Tensor rotary_frequencies(int64_t width, double theta) {
  const at::Tensor exponents = at::arange(0, width, 2, at::kLong).to(at::kFloat) / width;
  return at::pow(theta, exponents).reciprocal();
}

RotaryAngles rotary_angles(int64_t num_positions, const at::Tensor& frequencies, double factor) {
  const at::Tensor angles = at::arange(num_positions, at::kLong).to(at::kFloat).unsqueeze(1) * frequencies;
  if (factor == 1) return {at::cos(angles), at::sin(angles)};
  return {at::cos(angles) * factor, at::sin(angles) * factor};
}

at::Tensor rotate_by_library(const at::Tensor& x, const at::Tensor& positions, const RotaryAngles& angles) {
  const auto of_token = [&](const at::Tensor& table) {
    return on_device(table, x.device()).index_select(0, on_device(positions, x.device())).unsqueeze(1);
  };
  const at::Tensor cosine = of_token(angles.cosines), sine = of_token(angles.sines);  // [T, 1, R / 2]
  const at::ScalarType computed = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const int64_t half = angles.cosines.size(1);
  const auto parts = x.to(computed).split_with_sizes({half, half, x.size(-1) - 2 * half}, -1);
  const at::Tensor turned =
      at::cat({parts[0] * cosine - parts[1] * sine, parts[1] * cosine + parts[0] * sine, parts[2]}, -1);
  return turned.to(x.scalar_type());
}

}  // namespace hone::tensor
