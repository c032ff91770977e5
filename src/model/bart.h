// BART, mBART and MarianMT: encoders and decoders with absolute positions. Lewis et al., "BART", arXiv 1910.13461; Liu
// et al., "mBART", arXiv 2001.08210; Junczys-Dowmunt et al., "Marian", arXiv 1804.00344. BART normalises behind each
// part of a layer, mBART before it; Marian's positions are sines.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"
#include "nn/dropout.h"

namespace hone::model::bart {

// The deviation of new weights.
inline constexpr ConfigKey kInitStd{"init_std", ConfigKind::kNumber, "0.02", 0, 10};

std::span<const ConfigKey> config_keys();
std::span<const ConfigKey> marian_config_keys();
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_mbart_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::shared_ptr<Body> make_marian_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
std::unique_ptr<Head> make_seq2seq_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::bart
