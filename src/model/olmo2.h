// OLMo 2: OLMo Team, "2 OLMo 2 Furious", arXiv 2501.00656. Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::olmo2 {

// The keys of config.json that this family reads, with HF's defaults. The objects among its keys (rope_parameters,
// rope_scaling) are read beside them.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of decoder_shape() and rotary_positions().
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::olmo2
