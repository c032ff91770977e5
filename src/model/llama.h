// Llama 1 to 3.2 and models of its shape (SmolLM2, TinyLlama), and Mistral: Touvron et al., arXiv 2302.13971; Jiang et
// al., "Mistral 7B", arXiv 2310.06825. Names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::llama {

// The keys of config.json that these families read, with HF's defaults. The objects among its keys (rope_parameters,
// rope_scaling) are read beside them.
std::span<const ConfigKey> config_keys();
std::span<const ConfigKey> mistral_config_keys();

// Make the body with unset weights. Errors: those of decoder_shape() and rotary_positions().
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_mistral_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::llama
