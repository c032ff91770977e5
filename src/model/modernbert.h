// ModernBERT: Warner et al., arXiv 2412.13663; names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::modernbert {

// The keys of config.json that this family reads, with HF's defaults. The lists and objects among its keys
// (layer_types, rope_parameters) are read beside them.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. It has no pooler. Errors: those of ModelConfig and rotary_positions(); kInput for
// layer types that do not fit.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// "classifier"(dropout("head.norm"(activation("head.dense"(x))))); x is the first token or the mean of all tokens, as
// classifier_pooling says, or each token.
std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
// "decoder"("head.norm"(activation("head.dense"(token)))).
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::modernbert
