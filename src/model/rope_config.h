// The settings of rotary positions in config.json: rope_parameters of transformers 5, and the keys of older versions.
#pragma once

#include <memory>
#include <string_view>

#include "model/config.h"
#include "nn/rotary.h"

namespace hone::model {

// The keys of one kind of layers: rope_parameters[layer_type], or rope_parameters itself if layer_type is empty.
// `older_theta` is the key of older versions, with HF's default.
struct RopeKeys {
  std::string_view layer_type;
  ConfigKey older_theta;
};

// Errors: kInput for a value of another type or out of range, and for an odd width; kUnsupported for a rope_type other
// than "default", and for heads that are wider than attention computes.
std::shared_ptr<const nn::RotaryPositions> rotary_positions(const ModelConfig& config, const RopeKeys& keys,
                                                            int64_t head_width, int64_t max_positions);

}  // namespace hone::model
