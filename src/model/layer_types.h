// Which layers see a window of the text and which see all of it: the key "layer_types" of config.json.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "model/config.h"

namespace hone::model {

inline constexpr std::string_view kSlidingAttention = "sliding_attention", kFullAttention = "full_attention";

// Returns for each layer whether its attention has a window: as layer_types says, or as `by_default` says of the
// layer's index if the key is missing or null. Throws kInput for a list of another length, and for another type.
std::vector<bool> sliding_layers(const ModelConfig& config, int64_t num_layers,
                                 const std::function<bool(int64_t)>& by_default);

}  // namespace hone::model
