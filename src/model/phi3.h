// Phi-3 and Phi-4-mini: Abdin et al., arXiv 2404.14219. Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::phi3 {

// The keys of config.json that this family reads, with HF's defaults. The objects among its keys (rope_parameters,
// rope_scaling) are read beside them.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of decoder_shape() and rotary_positions().
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::phi3
