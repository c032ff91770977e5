// The table of rotary positions (kernel/rotary.h), in the arithmetic of transformers: the angles are float, because the
// error of a float angle grows with the position, and models were trained with it. Shapes: S positions, D head width, R
// elements of a head that turn.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

// [S, R / 2] float each; undefined: nothing turns.
struct RotaryAngles {
  at::Tensor cosines, sines;
};

// Returns 1 / theta^(2 d / D) for each pair d: [D / 2] float, rounded up if D is odd.
at::Tensor rotary_frequencies(int64_t width, double theta);

// The angle of position s and pair d is s * frequencies[d]; `factor` multiplies cosines and sines.
RotaryAngles rotary_angles(int64_t num_positions, const at::Tensor& frequencies, double factor = 1);

// x [T, heads, D], positions [T] int64 -> x with its first R elements turned, by libtorch's operations, for devices
// other than the CPU.
at::Tensor rotate_by_library(const at::Tensor& x, const at::Tensor& positions, const RotaryAngles& angles);

}  // namespace hone::tensor
