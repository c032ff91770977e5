// Rotary positions: the pair of elements d and d + R / 2 of a head turns by the angle of its position and d. Su et al.,
// "RoFormer", arXiv 2104.09864; the pairs are those of transformers' rotate_half. Shapes: S positions, D head width, R
// elements that turn.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// [S, R / 2] each, dense; null: nothing turns. A factor of both scales the turned elements too.
struct RotaryTable {
  const float* cosines = nullptr;
  const float* sines = nullptr;
  int64_t width = 0;  // R, even, at most D; 0: all of D. The elements from R on do not turn
};

// The gradient of a turn is the turn by the negative angle, with the same factor.
enum class Turn { kForward, kBack };

// `num_rows` rows of D elements, which have consecutive positions.
struct RotaryRows {
  int64_t first_position = 0, num_rows = 0;
  int64_t width = 0;  // D
  int64_t from_stride = 0, to_stride = 0;
  Turn turn = Turn::kForward;
};

// Writes the turned rows to `to`, which may be `from`. T is float, double or BFloat16 (computed in float).
template <typename T>
void rotate_rows(const RotaryTable& table, const RotaryRows& rows, const T* from, T* to);

}  // namespace hone::kernel
