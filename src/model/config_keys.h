// The keys of config.json that families share, bounds on sizes, and checks between keys.
#pragma once

#include <cstdint>
#include <optional>

#include "model/config.h"

namespace hone::model {

// Bounds on the sizes in a config.json, so that products of sizes do not overflow.
inline constexpr double kMaxRows = 1 << 24, kMaxWidth = 1 << 17, kMaxLayers = 1 << 10;

// With the defaults of BERT's configuration. A family with another default or name has a key of its own.
inline constexpr ConfigKey kVocabSize{"vocab_size", ConfigKind::kInteger, "", 1, kMaxRows};
inline constexpr ConfigKey kHiddenSize{"hidden_size", ConfigKind::kInteger, "", 1, kMaxWidth};
inline constexpr ConfigKey kNumLayers{"num_hidden_layers", ConfigKind::kInteger, "", 0, kMaxLayers};
inline constexpr ConfigKey kNumHeads{"num_attention_heads", ConfigKind::kInteger, "", 1, kMaxWidth};
inline constexpr ConfigKey kIntermediateSize{"intermediate_size", ConfigKind::kInteger, "", 1, kMaxWidth};
inline constexpr ConfigKey kMaxPositions{"max_position_embeddings", ConfigKind::kInteger, "", 1, kMaxRows};
inline constexpr ConfigKey kTypeVocabSize{"type_vocab_size", ConfigKind::kInteger, "2", 1, kMaxRows};
inline constexpr ConfigKey kHiddenAct{"hidden_act", ConfigKind::kText, "\"gelu\""};
inline constexpr ConfigKey kHiddenDropout{"hidden_dropout_prob", ConfigKind::kNumber, "0.1", 0, 1};
inline constexpr ConfigKey kAttentionDropout{"attention_probs_dropout_prob", ConfigKind::kNumber, "0.1", 0, 1};
inline constexpr ConfigKey kLayerNormEps{"layer_norm_eps", ConfigKind::kNumber, "1e-12", 0, 1};
inline constexpr ConfigKey kPositionType{"position_embedding_type", ConfigKind::kText, "\"absolute\""};
inline constexpr ConfigKey kInitializerRange{"initializer_range", ConfigKind::kNumber, "0.02", 0, 10};
inline constexpr ConfigKey kTieWordEmbeddings{"tie_word_embeddings", ConfigKind::kFlag, "true"};
inline constexpr ConfigKey kPadTokenId{"pad_token_id", ConfigKind::kInteger, "0", -kMaxRows, kMaxRows, "", true};

// Returns the row of the word embedding without a gradient; a negative pad_token_id counts from the end, as in torch.
std::optional<int64_t> padding_id(const ModelConfig& config, const ConfigKey& vocab_size,
                                  const ConfigKey& pad_token_id = kPadTokenId);

// Throws kInput unless num_heads divides width.
void check_head_width(const ModelConfig& config, int64_t width, int64_t num_heads);

// Throws kUnsupported unless the key says "absolute".
void check_absolute_positions(const ModelConfig& config, const ConfigKey& position_embedding_type);

}  // namespace hone::model
