// DistilBERT: Sanh et al., arXiv 1910.01108; names, sizes and defaults as in transformers'
// DistilBertForSequenceClassification.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::distilbert {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. DistilBERT has no pooler. Errors: those of ModelConfig; kUnsupported for a variant
// that hone cannot compute.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::distilbert
