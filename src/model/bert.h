// BERT: Devlin et al., arXiv 1810.04805; names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/config_keys.h"
#include "model/encoder_blocks.h"
#include "model/heads.h"

namespace hone::model::bert {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// In what a relative of BERT differs from it.
struct Variant {
  FirstPosition first_position = FirstPosition::kZero;
  ConfigKey pad_token_id = kPadTokenId;
  std::optional<ConfigKey> embedding_size = {};  // the key of the embeddings' width, if it may differ from the layers'
};

// Makes the body with unset weights. Errors: those of ModelConfig; kUnsupported for a variant that hone cannot compute.
std::shared_ptr<Body> make_body_of_relative(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler,
                                            const Variant& variant);
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

// Of the last layer of a head.
double classifier_dropout(const ModelConfig& config);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::bert
