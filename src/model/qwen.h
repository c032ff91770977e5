// Qwen2 and 2.5, Qwen3, and Qwen3 with experts: Yang et al., "Qwen2 Technical Report", arXiv 2407.10671; "Qwen3
// Technical Report", arXiv 2505.09388. Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::qwen {

// The keys of config.json that these families read, with HF's defaults. The lists and objects among its keys
// (rope_parameters, rope_scaling, layer_types, mlp_only_layers) are read beside them.
std::span<const ConfigKey> qwen2_config_keys();
std::span<const ConfigKey> qwen3_config_keys();
std::span<const ConfigKey> qwen3_moe_config_keys();

// Make the body with unset weights. Errors: those of decoder_shape(), rotary_positions() and sliding_layers(); kInput
// for a number of experts of a token that is not one of all experts, and for a malformed mlp_only_layers.
std::shared_ptr<Body> make_qwen2_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_qwen3_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_qwen3_moe_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::qwen
