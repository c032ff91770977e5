// BERT: Devlin et al., arXiv 1810.04805; names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::bert {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// Where the positions of a sequence begin. kAfterPadding: behind pad_token_id, whose own row is for padding; a padding
// token inside a text has it too, and is not counted (RoBERTa).
enum class FirstPosition { kZero, kAfterPadding };

// Makes the body with unset weights, for BERT and for relatives that differ only in this. Errors: those of ModelConfig;
// kUnsupported for a variant that hone cannot compute.
std::shared_ptr<Body> make_body_of_relative(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler,
                                            FirstPosition first_position, const ConfigKey& pad_token_id);
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// Of the last layer of a head.
double classifier_dropout(const ModelConfig& config);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::bert
