// Rotary positions of the layers that share an angle base. Su et al., "RoFormer", arXiv 2104.09864.
#pragma once

#include <cstdint>

#include "tensor/rotary.h"

namespace hone::nn {

class RotaryPositions {
 public:
  // head_width is even.
  RotaryPositions(int64_t head_width, double theta, int64_t max_positions)
      : head_width_(head_width), theta_(theta), max_positions_(max_positions) {}

  // Returns the angles of at least the first `length` positions; length is at most max_positions.
  const tensor::RotaryAngles& angles(int64_t length) const;

 private:
  int64_t head_width_;
  double theta_;
  int64_t max_positions_;
  mutable tensor::RotaryAngles angles_;  // a cache, which grows with the longest sequence so far
};

}  // namespace hone::nn
