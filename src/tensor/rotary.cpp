#include "tensor/rotary.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>

#include "base/error.h"
#include "tensor/compute.h"

namespace hone::tensor {

RotaryAngles rotary_angles(int64_t num_positions, int64_t head_width, double theta) {
  check_internal(head_width % 2 == 0, "rotary positions turn pairs");
  const at::Tensor exponents = at::arange(0, head_width, 2, at::kLong).to(at::kFloat) / head_width;
  const at::Tensor frequencies = at::pow(theta, exponents).reciprocal();  // [D / 2]
  const at::Tensor angles = at::arange(num_positions, at::kLong).to(at::kFloat).unsqueeze(1) * frequencies;
  return {at::cos(angles), at::sin(angles)};
}

at::Tensor rotate_by_library(const at::Tensor& x, const at::Tensor& positions, const RotaryAngles& angles) {
  const auto of_token = [&](const at::Tensor& table) {
    return on_device(table, x.device()).index_select(0, on_device(positions, x.device())).unsqueeze(1);
  };
  const at::Tensor cosine = of_token(angles.cosines), sine = of_token(angles.sines);  // [T, 1, D / 2]
  const at::ScalarType computed = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto halves = x.to(computed).chunk(2, -1);
  const at::Tensor turned = at::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine}, -1);
  return turned.to(x.scalar_type());
}

}  // namespace hone::tensor
