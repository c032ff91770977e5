#include "model/qwen.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/decoder_config.h"
#include "model/layer_types.h"
#include "model/rope_config.h"

namespace hone::model::qwen {

namespace {

constexpr ConfigKey kQwen2KvHeads{"num_key_value_heads", ConfigKind::kInteger, "32", 1, kMaxWidth, "", true};
constexpr ConfigKey kQwen3HeadDim{"head_dim", ConfigKind::kInteger, "128", 1, kMaxWidth, "", true};
constexpr ConfigKey kMoeKvHeads{"num_key_value_heads", ConfigKind::kInteger, "4", 1, kMaxWidth, "", true};
constexpr std::array kQwen2Keys{kVocabSize,       kHiddenSize,       kNumLayers,     kNumHeads,    kQwen2KvHeads,
                                kHeadDim,         kIntermediateSize, kMaxPositions,  kSilu,        kRmsNormEps,
                                kSoftmaxDropout,  kRopeTheta,        kPartialRotary, kUsesWindow,  kSlidingWindow,
                                kMaxWindowLayers, kInitializerRange, kNoPadTokenId,  kUntiedWords, kTokenDropout};
constexpr std::array kQwen3Keys{kVocabSize,     kHiddenSize,       kNumLayers,        kNumHeads,      kQwen2KvHeads,
                                kQwen3HeadDim,  kIntermediateSize, kMaxPositions,     kSilu,          kRmsNormEps,
                                kQkvBias,       kSoftmaxDropout,   kRopeTheta,        kPartialRotary, kUsesWindow,
                                kSlidingWindow, kMaxWindowLayers,  kInitializerRange, kNoPadTokenId,  kUntiedWords,
                                kTokenDropout};

constexpr ConfigKey kNumExperts{"num_experts", ConfigKind::kInteger, "", 0, 4096, "num_local_experts"};
constexpr ConfigKey kNumTaken{"num_experts_per_tok", ConfigKind::kInteger, "", 1, 4096};
constexpr ConfigKey kExpertWidth{"moe_intermediate_size", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kNormalises{"norm_topk_prob", ConfigKind::kFlag, "false"};
constexpr ConfigKey kSparseStep{"decoder_sparse_step", ConfigKind::kInteger, "1", 1, kMaxLayers};
constexpr ConfigKey kOutputsRouter{"output_router_logits", ConfigKind::kFlag, "false"};
constexpr ConfigKey kBalanceFactor{"router_aux_loss_coef", ConfigKind::kNumber, "0.001", 0, 1e6};
constexpr std::array kMoeKeys{
    kVocabSize,     kHiddenSize,    kNumLayers,        kNumHeads,     kMoeKvHeads,     kHeadDim,     kIntermediateSize,
    kMaxPositions,  kSilu,          kRmsNormEps,       kQkvBias,      kSoftmaxDropout, kRopeTheta,   kPartialRotary,
    kUsesWindow,    kSlidingWindow, kNumExperts,       kNumTaken,     kExpertWidth,    kNormalises,  kSparseStep,
    kOutputsRouter, kBalanceFactor, kInitializerRange, kNoPadTokenId, kUntiedWords,    kTokenDropout};

std::optional<int64_t> window_of(const ModelConfig& config) {
  return config.flag(kUsesWindow) ? config.optional_integer(kSlidingWindow) : std::nullopt;
}

// The last layers have the window, unless layer_types says otherwise.
void set_windows_of_last(const ModelConfig& config, DecoderShape& shape) {
  const std::optional<int64_t> window = window_of(config);
  const int64_t num_full = config.integer(kMaxWindowLayers);
  const auto slides = [&](int64_t layer) { return window.has_value() && layer >= num_full; };
  set_windows(shape, sliding_layers(config, shape.traits.num_layers, slides), window);
}

// Layers that have one feed-forward block whatever decoder_sparse_step says.
std::vector<int64_t> dense_layers(const ModelConfig& config) {
  const auto found = config.json().find("mlp_only_layers");
  if (found == config.json().end() || found->is_null()) return {};
  std::vector<int64_t> layers;
  if (found->is_array()) {
    for (const Json& layer : *found) {
      if (layer.is_number_integer()) layers.push_back(layer.get<int64_t>());
    }
    if (layers.size() == found->size()) return layers;
  }
  throw Error(ErrorKind::kInput, fmt::format("{}: \"mlp_only_layers\" is not a list of layers", config.source()),
              "such as [0, 1]");
}

void set_experts(const ModelConfig& config, DecoderShape& shape) {
  shape.experts = {.width = shape.traits.width,
                   .inner_width = config.integer(kExpertWidth),
                   .num_experts = config.integer(kNumExperts),
                   .num_taken = config.integer(kNumTaken),
                   .activation = shape.activation,
                   .normalises = config.flag(kNormalises)};
  if (shape.experts.num_experts == 0) return;
  if (shape.experts.num_taken > shape.experts.num_experts) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"num_experts_per_tok\" is {}, but there are {} experts",
                                               config.source(), shape.experts.num_taken, shape.experts.num_experts));
  }
  const std::vector<int64_t> dense = dense_layers(config);
  for (int64_t i = 0; i < shape.traits.num_layers; ++i) {
    const bool is_dense = std::ranges::find(dense, i) != dense.end();
    shape.layers[static_cast<size_t>(i)].has_experts = !is_dense && (i + 1) % config.integer(kSparseStep) == 0;
  }
  if (config.flag(kOutputsRouter)) shape.balance_factor = config.number(kBalanceFactor);
}

}  // namespace

std::span<const ConfigKey> qwen2_config_keys() { return kQwen2Keys; }
std::span<const ConfigKey> qwen3_config_keys() { return kQwen3Keys; }
std::span<const ConfigKey> qwen3_moe_config_keys() { return kMoeKeys; }

std::shared_ptr<Body> make_qwen2_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kQwen2KvHeads});
  shape.has_qkv_bias = true;
  turn_all_layers(config, shape);
  set_windows_of_last(config, shape);
  return make_decoder(shape, sites);
}

std::shared_ptr<Body> make_qwen3_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kQwen2KvHeads, .head_dim = kQwen3HeadDim});
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.head_norm = HeadNorm::kEachHead;
  turn_all_layers(config, shape);
  set_windows_of_last(config, shape);
  return make_decoder(shape, sites);
}

std::shared_ptr<Body> make_qwen3_moe_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  DecoderShape shape = decoder_shape(config, {.num_kv_heads = kMoeKvHeads});
  shape.has_qkv_bias = shape.has_out_bias = config.flag(kQkvBias);
  shape.head_norm = HeadNorm::kEachHead;
  turn_all_layers(config, shape);
  set_windows(shape, std::vector<bool>(shape.layers.size(), true), window_of(config));
  set_experts(config, shape);
  return make_decoder(shape, sites);
}

}  // namespace hone::model::qwen
