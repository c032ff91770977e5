#include "nn/rotary.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace hone::nn {

const tensor::RotaryAngles& RotaryPositions::angles(int64_t length) const {
  constexpr int64_t kFewest = 256;
  const int64_t known = angles_.cosines.defined() ? angles_.cosines.size(0) : 0;
  if (known < length) {
    // Leaves inference mode, because a training step may later use the angles that an evaluation makes.
    const c10::InferenceMode for_training_too(false);
    const int64_t wanted = std::max({length, std::min(2 * known, max_positions_), std::min(kFewest, max_positions_)});
    angles_ = tensor::rotary_angles(wanted, head_width_, theta_);
  }
  return angles_;
}

}  // namespace hone::nn
