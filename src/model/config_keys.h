// What the families share in reading config.json: bounds on sizes, common keys and checks between keys.
#pragma once

#include <cstdint>
#include <optional>

#include "model/config.h"

namespace hone::model {

// Bounds on what a config.json may ask for, so that products of sizes never overflow.
inline constexpr double kMaxRows = 1 << 24, kMaxWidth = 1 << 17, kMaxLayers = 1 << 10;

inline constexpr ConfigKey kInitializerRange{"initializer_range", ConfigKind::kNumber, "0.02", 0, 10};
inline constexpr ConfigKey kPadTokenId{"pad_token_id", ConfigKind::kInteger, "0", -kMaxRows, kMaxRows, "", true};

// The row of the word embedding that gets no gradient; a negative pad_token_id counts from the end, as in torch.
std::optional<int64_t> padding_id(const ModelConfig& config, const ConfigKey& vocab_size);

// Throws kInput unless the heads share the width evenly.
void check_head_width(const ModelConfig& config, int64_t width, int64_t num_heads);

}  // namespace hone::model
