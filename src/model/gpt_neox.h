// GPT-NeoX and Pythia: Black et al., "GPT-NeoX-20B", arXiv 2204.06745; Biderman et al., "Pythia", arXiv 2304.01373.
// Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::gpt_neox {

// The keys of config.json that this family reads, with HF's defaults. The objects among its keys (rope_parameters,
// rope_scaling) are read beside them.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of ModelConfig, check_heads() and rotary_positions().
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// "embed_out"(token), the name in files.
std::unique_ptr<Head> make_causal_lm_head(const HeadParts& parts, const ModelConfig& config);
// "classifier"(dropout(token)).
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::gpt_neox
