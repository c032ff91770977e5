#include "model/olmo2.h"

#include <array>

#include "model/decoder_config.h"
#include "model/rope_config.h"

namespace hone::model::olmo2 {

namespace {

constexpr ConfigKey kOlmo2NormEps{"rms_norm_eps", ConfigKind::kNumber, "1e-5", 0, 1};
constexpr ConfigKey kOlmo2PadTokenId{"pad_token_id", ConfigKind::kInteger, "1", -kMaxRows, kMaxRows, "", true};
constexpr std::array kKeys{kVocabSize,       kHiddenSize,       kNumLayers,    kNumHeads,      kNumKvHeads,
                           kHeadDim,         kIntermediateSize, kMaxPositions, kSilu,          kOlmo2NormEps,
                           kQkvBias,         kSoftmaxDropout,   kRopeTheta,    kPartialRotary, kInitializerRange,
                           kOlmo2PadTokenId, kUntiedWords};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.norm_eps = kOlmo2NormEps, .pad_token_id = kOlmo2PadTokenId});
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.norm_place = NormPlace::kBehind;
  shape.head_norm = HeadNorm::kAllHeads;
  turn_all_layers(config, shape);
  return make_decoder(shape, sites);
}

}  // namespace hone::model::olmo2
