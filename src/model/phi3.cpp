#include "model/phi3.h"

#include <array>
#include <vector>

#include "model/decoder_config.h"
#include "model/rope_config.h"

namespace hone::model::phi3 {

namespace {

constexpr ConfigKey kPhi3NormEps{"rms_norm_eps", ConfigKind::kNumber, "1e-5", 0, 1};
constexpr ConfigKey kPhi3PadTokenId{"pad_token_id", ConfigKind::kInteger, "32000", -kMaxRows, kMaxRows, "", true};
constexpr ConfigKey kPhi3Window{"sliding_window", ConfigKind::kInteger, "null", 1, kMaxRows};
constexpr ConfigKey kOriginalMax{"original_max_position_embeddings", ConfigKind::kInteger, "4096", 1, kMaxRows};
constexpr ConfigKey kResidualDropout{"resid_pdrop", ConfigKind::kNumber, "0.0", 0, 1};
constexpr std::array kKeys{kVocabSize,   kHiddenSize,       kNumLayers,      kNumHeads,    kNumKvHeads,
                           kHeadDim,     kIntermediateSize, kMaxPositions,   kOriginalMax, kSilu,
                           kPhi3NormEps, kResidualDropout,  kSoftmaxDropout, kRopeTheta,   kPartialRotary,
                           kPhi3Window,  kInitializerRange, kPhi3PadTokenId, kUntiedWords, kTokenDropout};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.norm_eps = kPhi3NormEps, .pad_token_id = kPhi3PadTokenId});
  shape.is_joined = true;
  shape.residual_dropout = config.number(kResidualDropout);
  turn_all_layers(
      config, shape,
      {.layer_type = "", .older_theta = kRopeTheta, .renames_to_longrope = true, .older_original = kOriginalMax});
  set_windows(shape, std::vector<bool>(shape.layers.size(), true), config.optional_integer(kPhi3Window));
  return make_decoder(shape, sites);
}

}  // namespace hone::model::phi3
