// NomicBERT: Nussbaum et al., arXiv 2402.01613: BERT with rotary positions, SwiGLU and no biases in its layers; names,
// sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"

namespace hone::model::nomic_bert {

// The keys of config.json that this family reads, with HF's defaults; rope_parameters is read beside them. The aliases
// are the names of the first checkpoints, which came with code of their own.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights. Errors: those of ModelConfig and rotary_positions(); kUnsupported for a variant of
// the first checkpoints that transformers does not compute.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::nomic_bert
