// The keys of config.json that Llama and its relatives share, with the defaults that most of their configuration
// classes have, and the shape that they describe.
#pragma once

#include "model/config.h"
#include "model/config_keys.h"
#include "model/decoder.h"
#include "model/rope_config.h"

namespace hone::model {

inline constexpr ConfigKey kNumKvHeads{"num_key_value_heads", ConfigKind::kInteger, "null", 1, kMaxWidth};
inline constexpr ConfigKey kHeadDim{"head_dim", ConfigKind::kInteger, "null", 1, kMaxWidth};
inline constexpr ConfigKey kSilu{"hidden_act", ConfigKind::kText, "\"silu\""};
inline constexpr ConfigKey kRmsNormEps{"rms_norm_eps", ConfigKind::kNumber, "1e-6", 0, 1};
inline constexpr ConfigKey kSoftmaxDropout{"attention_dropout", ConfigKind::kNumber, "0.0", 0, 1};
inline constexpr ConfigKey kQkvBias{"attention_bias", ConfigKind::kFlag, "false"};
inline constexpr ConfigKey kFeedForwardBias{"mlp_bias", ConfigKind::kFlag, "false"};
inline constexpr ConfigKey kRopeTheta{"rope_theta", ConfigKind::kNumber, "10000.0", 1, 1e15};
inline constexpr ConfigKey kPartialRotary{"partial_rotary_factor", ConfigKind::kNumber, "1.0", 0, 1};
inline constexpr ConfigKey kNoPadTokenId{"pad_token_id", ConfigKind::kInteger, "null", -kMaxRows, kMaxRows};
inline constexpr ConfigKey kUntiedWords{"tie_word_embeddings", ConfigKind::kFlag, "false"};
inline constexpr ConfigKey kTokenDropout{"classifier_dropout", ConfigKind::kNumber, "null", 0, 1};
inline constexpr ConfigKey kSlidingWindow{"sliding_window", ConfigKind::kInteger, "4096", 1, kMaxRows, "", true};
inline constexpr ConfigKey kUsesWindow{"use_sliding_window", ConfigKind::kFlag, "false"};
inline constexpr ConfigKey kMaxWindowLayers{"max_window_layers", ConfigKind::kInteger, "28", 0, kMaxLayers};

// The keys whose default differs between families.
struct DecoderKeys {
  ConfigKey num_kv_heads = kNumKvHeads;
  ConfigKey head_dim = kHeadDim;
  ConfigKey activation = kSilu;
  ConfigKey norm_eps = kRmsNormEps;
  ConfigKey pad_token_id = kNoPadTokenId;
};

// Returns the shape that these keys describe: Llama's layers without biases, windows and positions. Errors: those of
// ModelConfig and check_heads().
DecoderShape decoder_shape(const ModelConfig& config, const DecoderKeys& keys = {});

// Gives every layer the positions that these keys describe. Errors: those of rotary_positions().
void turn_all_layers(const ModelConfig& config, DecoderShape& shape,
                     const RopeKeys& keys = {.layer_type = "", .older_theta = kRopeTheta});

// Gives the layers that `slides` names this window; nullopt: none.
void set_windows(DecoderShape& shape, const std::vector<bool>& slides, std::optional<int64_t> window);

}  // namespace hone::model
