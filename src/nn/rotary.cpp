#include "nn/rotary.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace hone::nn {

namespace {

int64_t num_positions(const tensor::RotaryAngles& angles) {
  return angles.cosines.defined() ? angles.cosines.size(0) : 0;
}

}  // namespace

int64_t RotaryPositions::max_cached_positions() const {
  return rule_.of_longer ? std::min(rule_.longer_than, max_positions_) : max_positions_;
}

const tensor::RotaryAngles& RotaryPositions::angles(int64_t length) const {
  constexpr int64_t kFewest = 256;
  // Leaves inference mode, because a training step may later use the angles that an evaluation makes.
  const c10::InferenceMode for_training_too(false);
  if (rule_.of_longer && length > rule_.longer_than) {
    if (num_positions(longer_) != length) {
      longer_ = tensor::rotary_angles(length, rule_.of_longer(length), rule_.factor);
    }
    return longer_;
  }
  const int64_t known = num_positions(angles_);
  if (known < length) {
    const int64_t wanted = std::max({length, std::min(2 * known, max_positions_), std::min(kFewest, max_positions_)});
    angles_ = tensor::rotary_angles(wanted, rule_.frequencies, rule_.factor);
  }
  return angles_;
}

}  // namespace hone::nn
