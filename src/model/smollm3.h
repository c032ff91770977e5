// SmolLM3: Hugging Face, 2025. Every fourth layer has no positions: Yang et al., "Rope to Nope and Back Again", arXiv
// 2501.18795. Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::smollm3 {

// The keys of config.json that this family reads, with HF's defaults. The lists and objects among its keys
// (rope_parameters, rope_scaling, layer_types, no_rope_layers) are read beside them.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of decoder_shape(), rotary_positions() and sliding_layers(); kInput
// for a malformed no_rope_layers.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::smollm3
