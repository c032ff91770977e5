#include "model/llama.h"

#include <array>
#include <vector>

#include "model/decoder_config.h"
#include "model/rope_config.h"

namespace hone::model::llama {

namespace {

constexpr std::array kKeys{kVocabSize,        kHiddenSize,       kNumLayers,      kNumHeads,    kNumKvHeads,
                           kHeadDim,          kIntermediateSize, kMaxPositions,   kSilu,        kRmsNormEps,
                           kQkvBias,          kFeedForwardBias,  kSoftmaxDropout, kRopeTheta,   kPartialRotary,
                           kInitializerRange, kNoPadTokenId,     kUntiedWords,    kTokenDropout};

constexpr ConfigKey kMistralKvHeads{"num_key_value_heads", ConfigKind::kInteger, "8", 1, kMaxWidth, "", true};
constexpr std::array kMistralKeys{kVocabSize,      kHiddenSize,       kNumLayers,     kNumHeads,      kMistralKvHeads,
                                  kHeadDim,        kIntermediateSize, kMaxPositions,  kSilu,          kRmsNormEps,
                                  kSoftmaxDropout, kRopeTheta,        kPartialRotary, kSlidingWindow, kInitializerRange,
                                  kNoPadTokenId,   kUntiedWords,      kTokenDropout};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }
std::span<const ConfigKey> mistral_config_keys() { return kMistralKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config);
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.has_mlp_bias = config.flag(kFeedForwardBias);
  turn_all_layers(config, shape);
  return make_decoder(shape, sites);
}

std::shared_ptr<Body> make_mistral_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kMistralKvHeads});
  turn_all_layers(config, shape);
  set_windows(shape, std::vector<bool>(shape.layers.size(), true), config.optional_integer(kSlidingWindow));
  return make_decoder(shape, sites);
}

}  // namespace hone::model::llama
