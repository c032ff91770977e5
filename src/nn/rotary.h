// Rotary positions of the layers that share their angles. Su et al., "RoFormer", arXiv 2104.09864.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "tensor/rotary.h"

namespace hone::nn {

// The angle of position s and pair d is s * frequencies[d].
struct RotaryRule {
  at::Tensor frequencies;  // [R / 2] float
  double factor = 1;       // of cosines and sines
  // Batches whose longest sequence has more tokens than this turn by other frequencies.
  int64_t longer_than = 0;
  // Returns those frequencies for the number of tokens of the longest sequence. Unset: all batches turn alike.
  std::function<at::Tensor(int64_t longest)> of_longer = {};
};

class RotaryPositions {
 public:
  RotaryPositions(RotaryRule rule, int64_t max_positions) : rule_(std::move(rule)), max_positions_(max_positions) {}

  // Returns the angles of at least the first `length` positions, for a batch whose longest sequence has `length`
  // tokens, at most max_positions.
  const tensor::RotaryAngles& angles(int64_t length) const;

  int64_t max_positions() const { return max_positions_; }
  // The longest sequence whose keys, once turned, stay right while it grows: a longer one turns all of its positions by
  // other frequencies.
  int64_t max_cached_positions() const;
  // Returns whether the angles of a sequence depend on the longest sequence of its batch.
  bool depends_on_batch() const { return rule_.of_longer != nullptr; }

 private:
  RotaryRule rule_;
  int64_t max_positions_;
  mutable tensor::RotaryAngles angles_;  // a cache, which grows with the longest sequence so far
  mutable tensor::RotaryAngles longer_;  // of the longest sequence that rule_.of_longer was asked for
};

}  // namespace hone::nn
