#include "model/gemma.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "model/causal_lm.h"
#include "model/decoder_config.h"
#include "model/layer_types.h"
#include "model/rope_config.h"

namespace hone::model::gemma {

namespace {

constexpr ConfigKey kGemmaKvHeads{"num_key_value_heads", ConfigKind::kInteger, "4", 1, kMaxWidth, "", true};
constexpr ConfigKey kGemmaHeadDim{"head_dim", ConfigKind::kInteger, "256", 1, kMaxWidth, "", true};
constexpr ConfigKey kGemmaActivation{"hidden_activation", ConfigKind::kText, "\"gelu_pytorch_tanh\""};
constexpr ConfigKey kQueryScalar{"query_pre_attn_scalar", ConfigKind::kNumber, "256", 1e-6, 1e9};
constexpr ConfigKey kBidirectional{"use_bidirectional_attention", ConfigKind::kFlag, "null"};
constexpr ConfigKey kAttentionCap2{"attn_logit_softcapping", ConfigKind::kNumber, "50.0", 1e-6, 1e9, "", true};
constexpr ConfigKey kFinalCap2{"final_logit_softcapping", ConfigKind::kNumber, "30.0", 1e-6, 1e9, "", true};
constexpr ConfigKey kAttentionCap3{"attn_logit_softcapping", ConfigKind::kNumber, "null", 1e-6, 1e9};
constexpr ConfigKey kFinalCap3{"final_logit_softcapping", ConfigKind::kNumber, "null", 1e-6, 1e9};
constexpr ConfigKey kGlobalTheta3{"rope_theta", ConfigKind::kNumber, "1000000.0", 1, 1e15};
constexpr ConfigKey kLocalTheta3{"rope_local_base_freq", ConfigKind::kNumber, "10000.0", 1, 1e15};
constexpr ConfigKey kPattern3{"sliding_window_pattern", ConfigKind::kInteger, "6", 1, kMaxLayers};

constexpr std::array kKeys2{kVocabSize,    kHiddenSize,        kNumLayers,    kNumHeads,        kGemmaKvHeads,
                            kGemmaHeadDim, kIntermediateSize,  kMaxPositions, kGemmaActivation, kRmsNormEps,
                            kQkvBias,      kSoftmaxDropout,    kRopeTheta,    kPartialRotary,   kSlidingWindow,
                            kQueryScalar,  kAttentionCap2,     kFinalCap2,    kBidirectional,   kInitializerRange,
                            kPadTokenId,   kTieWordEmbeddings, kTokenDropout};
constexpr std::array kKeys3{kVocabSize,     kHiddenSize,       kNumLayers,    kNumHeads,          kGemmaKvHeads,
                            kGemmaHeadDim,  kIntermediateSize, kMaxPositions, kGemmaActivation,   kRmsNormEps,
                            kQkvBias,       kSoftmaxDropout,   kGlobalTheta3, kLocalTheta3,       kPartialRotary,
                            kSlidingWindow, kPattern3,         kQueryScalar,  kAttentionCap3,     kFinalCap3,
                            kBidirectional, kInitializerRange, kPadTokenId,   kTieWordEmbeddings, kTokenDropout};

DecoderShape gemma_shape(const ModelConfig& config) {
  const auto bidirectional = config.json().find(std::string(kBidirectional.name));
  if (bidirectional != config.json().end() && *bidirectional == true) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"use_bidirectional_attention\" is true", config.source()),
                "hone computes Gemma as a language model, whose tokens see only those before them");
  }
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kGemmaKvHeads,
                                              .head_dim = kGemmaHeadDim,
                                              .activation = kGemmaActivation,
                                              .pad_token_id = kPadTokenId});
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.norm_centre = nn::RmsCentre::kOne;
  shape.norm_place = NormPlace::kBoth;
  shape.embedding_scale = std::sqrt(static_cast<double>(shape.traits.width));
  shape.attention_scale = 1 / std::sqrt(config.number(kQueryScalar));
  return shape;
}

}  // namespace

std::span<const ConfigKey> gemma2_config_keys() { return kKeys2; }
std::span<const ConfigKey> gemma3_config_keys() { return kKeys3; }

std::shared_ptr<Body> make_gemma2_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = gemma_shape(config);
  shape.attention_cap = config.optional_number(kAttentionCap2).value_or(0);
  turn_all_layers(config, shape);
  const auto slides = sliding_layers(config, shape.traits.num_layers, [](int64_t layer) { return layer % 2 == 0; });
  set_windows(shape, slides, config.optional_integer(kSlidingWindow));
  return make_decoder(shape, sites);
}

std::shared_ptr<Body> make_gemma3_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = gemma_shape(config);
  // transformers' class does not read attn_logit_softcapping.
  shape.head_norm = HeadNorm::kEachHead;
  const int64_t every = config.integer(kPattern3), head_width = shape.heads.head_width;
  const auto slides =
      sliding_layers(config, shape.traits.num_layers, [&](int64_t layer) { return (layer + 1) % every != 0; });
  set_windows(shape, slides, config.optional_integer(kSlidingWindow));
  const RopeKeys local_keys{.layer_type = kSlidingAttention, .older_theta = kLocalTheta3, .reads_older_scaling = false};
  const auto global = rotary_positions(config, {kFullAttention, kGlobalTheta3}, head_width, shape.traits.max_length);
  const auto local = rotary_positions(config, local_keys, head_width, shape.traits.max_length);
  for (size_t i = 0; i < shape.layers.size(); ++i) shape.layers[i].positions = slides[i] ? local : global;
  shape.traits = with_positions(shape.traits, {global, local});
  return make_decoder(shape, sites);
}

std::unique_ptr<Head> make_gemma2_causal_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return causal_lm_head(parts, config.flag(kTieWordEmbeddings), config.optional_number(kFinalCap2).value_or(0));
}

std::unique_ptr<Head> make_gemma3_causal_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return causal_lm_head(parts, config.flag(kTieWordEmbeddings), config.optional_number(kFinalCap3).value_or(0));
}

}  // namespace hone::model::gemma
