// DeBERTa: He et al., arXiv 2006.03654, in its first version; names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "nn/dropout.h"

namespace hone::model::deberta {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> config_keys();

// Makes the body with unset weights: that of deberta_v2 with another attention, without its convolution, buckets and
// norm of distances. The heads are those of deberta_v2. Errors: those of deberta_v2::make_body.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

}  // namespace hone::model::deberta
