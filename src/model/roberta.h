// RoBERTa: Liu et al., arXiv 1907.11692, and its relatives CamemBERT and XLM-RoBERTa; names, sizes and defaults as in
// transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::roberta {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights: BERT's, with positions that begin behind the padding. Errors: those of
// bert::make_body.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::roberta
