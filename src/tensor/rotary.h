// The table of rotary positions (kernel/rotary.h), in the arithmetic of transformers: the angles are float, because the
// error of a float angle grows with the position, and models were trained with it. Shapes: S positions, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

// [S, D / 2] float each; undefined: nothing turns.
struct RotaryAngles {
  at::Tensor cosines, sines;
};

// The angle of position s and pair d is s / theta^(2 d / D). head_width is even.
RotaryAngles rotary_angles(int64_t num_positions, int64_t head_width, double theta);

// x [T, heads, D], positions [T] int64 -> the turned x, by libtorch's operations, for devices other than the CPU.
at::Tensor rotate_by_library(const at::Tensor& x, const at::Tensor& positions, const RotaryAngles& angles);

}  // namespace hone::tensor
