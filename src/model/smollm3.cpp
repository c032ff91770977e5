#include "model/smollm3.h"

#include <array>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/decoder_config.h"
#include "model/layer_types.h"
#include "model/rope_config.h"

namespace hone::model::smollm3 {

namespace {

constexpr ConfigKey kSmolKvHeads{"num_key_value_heads", ConfigKind::kInteger, "4", 1, kMaxWidth, "", true};
constexpr ConfigKey kSmolTheta{"rope_theta", ConfigKind::kNumber, "2000000.0", 1, 1e15};
constexpr ConfigKey kSmolPadTokenId{"pad_token_id", ConfigKind::kInteger, "128004", -kMaxRows, kMaxRows, "", true};
constexpr ConfigKey kSmolWindow{"sliding_window", ConfigKind::kInteger, "null", 1, kMaxRows};
constexpr ConfigKey kInterval{"no_rope_layer_interval", ConfigKind::kInteger, "4", 1, kMaxLayers};
constexpr std::array kKeys{
    kVocabSize,     kHiddenSize, kNumLayers,  kNumHeads, kSmolKvHeads,      kHeadDim,        kIntermediateSize,
    kMaxPositions,  kSilu,       kRmsNormEps, kQkvBias,  kFeedForwardBias,  kSoftmaxDropout, kSmolTheta,
    kPartialRotary, kUsesWindow, kSmolWindow, kInterval, kInitializerRange, kSmolPadTokenId, kTieWordEmbeddings,
    kTokenDropout};

// Returns for each layer whether q and k turn. The key's name says the opposite of its values.
std::vector<bool> layers_with_positions(const ModelConfig& config, int64_t num_layers) {
  std::vector<bool> have;
  const auto given = config.json().find("no_rope_layers");
  if (given == config.json().end() || given->is_null()) {
    const int64_t interval = config.integer(kInterval);
    for (int64_t i = 0; i < num_layers; ++i) have.push_back((i + 1) % interval != 0);
    return have;
  }
  if (given->is_array()) {
    for (const Json& value : *given) {
      if (value.is_number_integer()) have.push_back(value.get<int64_t>() != 0);
    }
    if (have.size() == given->size() && static_cast<int64_t>(have.size()) == num_layers) return have;
  }
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"no_rope_layers\" is not a list of {} numbers, one for each layer", config.source(),
                          num_layers),
              "1 for a layer with rotary positions, 0 for one without");
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kSmolKvHeads, .pad_token_id = kSmolPadTokenId});
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.has_mlp_bias = config.flag(kFeedForwardBias);
  const std::vector<bool> turns = layers_with_positions(config, shape.traits.num_layers);
  turn_all_layers(config, shape, {"", kSmolTheta});
  for (size_t i = 0; i < shape.layers.size(); ++i) {
    if (!turns[i]) shape.layers[i].positions = nullptr;
  }
  const std::optional<int64_t> window = config.flag(kUsesWindow) ? config.optional_integer(kSmolWindow) : std::nullopt;
  const auto slides = sliding_layers(config, shape.traits.num_layers, [&](int64_t layer) {
    return window.has_value() && !turns[static_cast<size_t>(layer)];
  });
  set_windows(shape, slides, window);
  return make_decoder(shape, sites);
}

}  // namespace hone::model::smollm3
