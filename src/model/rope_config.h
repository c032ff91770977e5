// The settings of rotary positions in config.json: rope_parameters of transformers 5, and the keys of older versions.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "model/body.h"
#include "model/config.h"
#include "model/config_keys.h"
#include "nn/rotary.h"

namespace hone::model {

// The keys of one kind of layers: rope_parameters[layer_type], or rope_parameters itself if layer_type is empty.
// `older_theta` is the key of older versions, with HF's default; `older_partial` is the key of the part of a head that
// turns.
struct RopeKeys {
  std::string_view layer_type;
  ConfigKey older_theta;
  ConfigKey older_partial{"partial_rotary_factor", ConfigKind::kNumber, "1.0", 0, 1};
  // rope_scaling of older versions concerns these layers too; Gemma 3's local layers ignore it.
  bool reads_older_scaling = true;
  // Phi-3: the older types "su" and "yarn" are "longrope".
  bool renames_to_longrope = false;
  // A key beside the object has priority, as in Phi-3's files.
  ConfigKey older_original{"original_max_position_embeddings", ConfigKind::kInteger, "null", 1, kMaxRows};
};

// Computes what ROPE_INIT_FUNCTIONS of transformers 5.23 does for the rope_type: default, linear, dynamic (Reddit's
// bloc97 and emozilla), yarn (Peng et al., arXiv 2309.00071), longrope (Ding et al., arXiv 2402.13753) or llama3 (Dubey
// et al., arXiv 2407.21783). `max_positions` is max_position_embeddings; with "dynamic", sequences may have `factor`
// times as many tokens. Errors: kInput for a value of another type or out of range, a missing one, and for an odd
// width; kUnsupported for another rope_type, and for heads that are wider than attention computes.
std::shared_ptr<const nn::RotaryPositions> rotary_positions(const ModelConfig& config, const RopeKeys& keys,
                                                            int64_t head_width, int64_t max_positions);

// The positions of all layers of a body.
using LayerPositions = std::initializer_list<std::shared_ptr<const nn::RotaryPositions>>;
// Returns the traits of a body whose layers have these positions: the lengths that all of them take.
BodyTraits with_positions(BodyTraits traits, LayerPositions positions);

}  // namespace hone::model
