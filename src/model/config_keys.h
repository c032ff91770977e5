// The keys of config.json that families share, bounds on sizes, and checks between keys.
#pragma once

#include <cstdint>
#include <optional>

#include "model/config.h"

namespace hone::model {

// Bounds on the sizes in a config.json, so that products of sizes do not overflow.
inline constexpr double kMaxRows = 1 << 24, kMaxWidth = 1 << 17, kMaxLayers = 1 << 10;

inline constexpr ConfigKey kInitializerRange{"initializer_range", ConfigKind::kNumber, "0.02", 0, 10};
inline constexpr ConfigKey kPadTokenId{"pad_token_id", ConfigKind::kInteger, "0", -kMaxRows, kMaxRows, "", true};

// Returns the row of the word embedding without a gradient; a negative pad_token_id counts from the end, as in torch.
std::optional<int64_t> padding_id(const ModelConfig& config, const ConfigKey& vocab_size,
                                  const ConfigKey& pad_token_id = kPadTokenId);

// Throws kInput unless num_heads divides width.
void check_head_width(const ModelConfig& config, int64_t width, int64_t num_heads);

// Throws kUnsupported unless the key says "absolute".
void check_absolute_positions(const ModelConfig& config, const ConfigKey& position_embedding_type);

}  // namespace hone::model
