// GPT-2: Radford et al., "Language Models are Unsupervised Multitask Learners", 2019. Names, sizes and defaults as in
// transformers'. Its files hold the weights of linears transposed (Family::transposed).
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::gpt2 {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of ModelConfig and check_heads(); kUnsupported if
// add_cross_attention is true.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// "classifier"(dropout(token)).
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::gpt2
