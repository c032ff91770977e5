// T5 and mT5: encoders and decoders with biases of distances, norms without a mean, and no other biases. Raffel et al.,
// "T5", arXiv 1910.10683; Xue et al., "mT5", arXiv 2010.11934. What differs between their versions is in config.json:
// the gate of the feed-forward block, and whether the decoder's output is scaled.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/heads.h"
#include "nn/dropout.h"

namespace hone::model::t5 {

// HF's scale of new weights.
inline constexpr ConfigKey kFactor{"initializer_factor", ConfigKind::kNumber, "1.0", 0, 100};

std::span<const ConfigKey> config_keys();
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
// The encoder alone: T5EncoderModel.
std::shared_ptr<Body> make_encoder(const ModelConfig& config, nn::DropoutSites& sites);
// The outputs are those of the table of words for the decoder's tokens, which T5 scales by 1 / sqrt(width) unless
// config.json unties the two; mT5 does not scale.
std::unique_ptr<Head> make_seq2seq_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_mt5_seq2seq_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::t5
