// Gemma 2 and the text part of Gemma 3: Gemma Team, arXiv 2408.00118 and 2503.19786. Names, sizes and defaults as in
// transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::gemma {

// The keys of config.json that these families read, with HF's defaults. The lists and objects among its keys
// (rope_parameters, rope_scaling, layer_types) are read beside them.
std::span<const ConfigKey> gemma2_config_keys();
std::span<const ConfigKey> gemma3_config_keys();

// Make the body with unset weights. Errors: those of decoder_shape(), rotary_positions() and sliding_layers();
// kUnsupported if use_bidirectional_attention is true.
std::shared_ptr<Body> make_gemma2_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_gemma3_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// "lm_head"(token), with the soft cap of the logits.
std::unique_ptr<Head> make_gemma2_causal_lm_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_gemma3_causal_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::gemma
