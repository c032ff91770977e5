// BERT whose attention scores have terms of the distance of query and key, instead of positions in the input. All
// layers share the embeddings of distances. Packed tokens: B sequences, T tokens, C width, W distances. The names in
// register_module are parts of HF's checkpoint keys, except "qkv", which has no parameters.
#include "model/deberta_v2.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/deberta_distances.h"
#include "model/encoder_blocks.h"
#include "model/masked_lm.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "nn/packed_convolution.h"
#include "tensor/attention.h"
#include "tensor/compute.h"
#include "tensor/packing.h"

namespace hone::model::deberta_v2 {

namespace {

constexpr ConfigKey kEmbeddingSize{"embedding_size", ConfigKind::kInteger, "null", 1, kMaxWidth};
constexpr ConfigKey kTypeVocabSize{"type_vocab_size", ConfigKind::kInteger, "0", 0, kMaxRows};
constexpr ConfigKey kLayerNormEps{"layer_norm_eps", ConfigKind::kNumber, "1e-7", 0, 1};
constexpr ConfigKey kRelativeAttention{"relative_attention", ConfigKind::kFlag, "false"};
constexpr ConfigKey kMaxRelative{"max_relative_positions", ConfigKind::kInteger, "-1", -kMaxRows, kMaxRows};
constexpr ConfigKey kPositionBuckets{"position_buckets", ConfigKind::kInteger, "-1", -kMaxRows, kMaxRows};
constexpr ConfigKey kSharesKeys{"share_att_key", ConfigKind::kFlag, "false"};
constexpr ConfigKey kNormOfDistances{"norm_rel_ebd", ConfigKind::kText, "\"none\""};
constexpr ConfigKey kPositionsInInput{"position_biased_input", ConfigKind::kFlag, "true"};
constexpr ConfigKey kConvKernel{"conv_kernel_size", ConfigKind::kInteger, "0", 0, kMaxWidth};
constexpr ConfigKey kConvGroups{"conv_groups", ConfigKind::kInteger, "1", 1, kMaxWidth};
constexpr ConfigKey kConvAct{"conv_act", ConfigKind::kText, "\"tanh\""};
constexpr ConfigKey kPoolerWidth{"pooler_hidden_size", ConfigKind::kInteger, "null", 1, kMaxWidth};
constexpr ConfigKey kPoolerDropout{"pooler_dropout", ConfigKind::kNumber, "0", 0, 1};
constexpr ConfigKey kPoolerAct{"pooler_hidden_act", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kClassifierDropout{"cls_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kLegacy{"legacy", ConfigKind::kFlag, "true"};
constexpr std::array kKeys{kVocabSize,        kHiddenSize,      kEmbeddingSize,     kNumLayers,   kNumHeads,
                           kIntermediateSize, kMaxPositions,    kTypeVocabSize,     kHiddenAct,   kHiddenDropout,
                           kAttentionDropout, kLayerNormEps,    kRelativeAttention, kMaxRelative, kPositionBuckets,
                           kSharesKeys,       kNormOfDistances, kPositionsInInput,  kConvKernel,  kConvGroups,
                           kConvAct,          kPoolerWidth,     kPoolerDropout,     kPoolerAct,   kClassifierDropout,
                           kInitializerRange, kPadTokenId,      kTieWordEmbeddings, kLegacy};

std::shared_ptr<nn::Linear> square_linear(const ModelConfig& config) {
  return std::make_shared<nn::Linear>(config.integer(kHiddenSize), config.integer(kHiddenSize));
}

std::shared_ptr<nn::LayerNorm> layer_norm(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kLayerNormEps));
}

std::shared_ptr<ResidualOutput> output(const ModelConfig& config, const ConfigKey& in_features,
                                       nn::DropoutSites& sites) {
  return std::make_shared<ResidualOutput>(config.integer(in_features), config.integer(kHiddenSize),
                                          config.number(kLayerNormEps), config.number(kHiddenDropout), sites);
}

class DisentangledSelfAttention final : public SelfAttention {
 public:
  DisentangledSelfAttention(const ModelConfig& config, nn::DropoutSites& sites)
      : num_heads_(config.integer(kNumHeads)),
        terms_(distances_of(config)),
        dropout_of_distances_(config.number(kHiddenDropout), sites),
        dropout_(config.number(kAttentionDropout), sites) {
    query_ = register_module("query_proj", square_linear(config));
    key_ = register_module("key_proj", square_linear(config));
    value_ = register_module("value_proj", square_linear(config));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
    distance_key_ = key_;
    distance_query_ = query_;
    if (config.flag(kSharesKeys) || !config.flag(kRelativeAttention)) return;
    if (terms_.has_content_to_position) {
      distance_key_ = register_module("pos_key_proj", square_linear(config));
    }
    if (terms_.has_position_to_content) {
      distance_query_ = register_module("pos_query_proj", square_linear(config));
    }
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const Distances& distances,
                     const nn::ForwardContext& context) const override {
    const at::Tensor qkv = qkv_->forward(x);
    const double head_width = static_cast<double>(qkv.size(1)) / static_cast<double>(3 * num_heads_);
    return tensor::attention(qkv, packing,
                             {.num_heads = num_heads_,
                              .num_kv_heads = num_heads_,
                              .scale = 1 / std::sqrt(head_width * terms_.num_terms()),
                              .distances = tables_of(distances, context),
                              .p = dropout_.active_p(context),
                              .stream = dropout_.stream(context)});  // [T, C]
  }

 private:
  tensor::DistanceTables tables_of(const Distances& distances, const nn::ForwardContext& context) const {
    if (!distances.rows.defined() || terms_.num_terms() == 1) return {};
    const at::Tensor embeddings = dropout_of_distances_(distances.embeddings, context);  // [W, C]
    tensor::DistanceTables tables{.rows = distances.rows};
    if (terms_.has_content_to_position) tables.keys = distance_key_->forward(embeddings);
    if (terms_.has_position_to_content) tables.queries = distance_query_->forward(embeddings);
    return tables;
  }

  int64_t num_heads_;
  DebertaDistances terms_;
  std::shared_ptr<nn::Linear> query_, key_, value_;
  std::shared_ptr<nn::Linear> distance_key_, distance_query_;  // those of tokens if they are shared
  std::shared_ptr<nn::JoinedLinear> qkv_;
  nn::Dropout dropout_of_distances_, dropout_;
};

class DebertaAttention : public torch::nn::Module {
 public:
  DebertaAttention(const ModelConfig& config, nn::DropoutSites& sites, MakeAttention make_attention) {
    self_ = register_module("self", make_attention(config, sites));
    output_ = register_module("output", output(config, kHiddenSize, sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const Distances& distances,
                     const nn::ForwardContext& context) const {
    return output_->forward(self_->forward(x, packing, distances, context), tensor::returned_rows(x, packing), context);
  }

 private:
  std::shared_ptr<SelfAttention> self_;
  std::shared_ptr<ResidualOutput> output_;
};

class DebertaLayer : public torch::nn::Module {
 public:
  DebertaLayer(const ModelConfig& config, nn::DropoutSites& sites, MakeAttention attention) {
    attention_ = register_module("attention", std::make_shared<DebertaAttention>(config, sites, attention));
    intermediate_ = register_module(
        "intermediate", std::make_shared<Intermediate>(config.integer(kHiddenSize), config.integer(kIntermediateSize),
                                                       config.text(kHiddenAct)));
    output_ = register_module("output", output(config, kIntermediateSize, sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const Distances& distances,
                     const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, distances, context);
    return output_->forward(intermediate_->forward(attended), attended, context);  // [T, C]
  }

 private:
  std::shared_ptr<DebertaAttention> attention_;
  std::shared_ptr<Intermediate> intermediate_;
  std::shared_ptr<ResidualOutput> output_;
};

// LayerNorm(activation(dropout(conv(input))) + output) of the first layer.
class ConvLayer : public torch::nn::Module {
 public:
  ConvLayer(const ModelConfig& config, nn::DropoutSites& sites)
      : activation_(nn::find_activation(config.text(kConvAct))), dropout_(config.number(kHiddenDropout), sites) {
    conv_ = register_module(
        "conv", std::make_shared<nn::PackedConvolution>(config.integer(kHiddenSize), config.integer(kConvKernel)));
    norm_ = register_module("LayerNorm", layer_norm(config));
  }

  at::Tensor forward(const Stream& input, const at::Tensor& output, const nn::ForwardContext& context) const {
    const at::Tensor dropped = dropout_(conv_->forward(input.x, input.packing), context);
    return norm_->forward(output + activation_.apply(dropped, {}));  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::PackedConvolution> conv_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class DebertaEncoder : public torch::nn::Module {
 public:
  DebertaEncoder(const ModelConfig& config, nn::DropoutSites& sites, MakeAttention attention)
      : terms_(distances_of(config)) {
    layers_ = register_module("layer", std::make_shared<nn::ModuleList<DebertaLayer>>());
    for (int64_t i = 0; i < config.integer(kNumLayers); ++i) {
      layers_->append(std::make_shared<DebertaLayer>(config, sites, attention));
    }
    if (config.flag(kRelativeAttention)) {
      embeddings_ = register_module("rel_embeddings",
                                    std::make_shared<nn::Embedding>(2 * terms_.span(), config.integer(kHiddenSize)));
    }
    if (config.text(kNormOfDistances).find("layer_norm") != std::string::npos) {
      norm_ = register_module("LayerNorm", layer_norm(config));
    }
    if (config.integer(kConvKernel) > 0) conv_ = register_module("conv", std::make_shared<ConvLayer>(config, sites));
  }

  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
    const bool has_convolution = index == 0 && conv_;
    tensor::Packing packing = stream.packing;
    if (has_convolution) packing.returns_first_tokens = false;  // the convolution reads their neighbours
    const at::Tensor x = (*layers_)[index].forward(stream.x, packing, distances(stream, context), context);
    return has_convolution ? tensor::returned_rows(conv_->forward(stream, x, context), stream.packing) : x;
  }

 private:
  // Only the distances that the batch has, so that a short text does not pay for a long one.
  Distances distances(const Stream& stream, const nn::ForwardContext& context) const {
    if (!embeddings_) return {};
    const at::Tensor rows = terms_.rows(stream.packing.max_length());
    const int64_t first = rows.min().item<int64_t>(), last = rows.max().item<int64_t>();
    at::Tensor used = embeddings_->weight.narrow(0, first, last - first + 1);
    if (norm_) used = norm_->forward(used);
    return {(rows - first).to(at::kInt), used.to(context.dtype)};
  }

  DebertaDistances terms_;
  std::shared_ptr<nn::ModuleList<DebertaLayer>> layers_;
  std::shared_ptr<nn::Embedding> embeddings_;
  std::shared_ptr<nn::LayerNorm> norm_;
  std::shared_ptr<ConvLayer> conv_;
};

EmbeddingShape embedding_shape(const ModelConfig& config) {
  return {.width = config.integer(kHiddenSize),
          .num_words = config.integer(kVocabSize),
          .num_positions = config.flag(kPositionsInInput) ? config.integer(kMaxPositions) : 0,
          .num_types = config.integer(kTypeVocabSize),
          .padding = padding_id(config, kVocabSize),
          .norm_eps = config.number(kLayerNormEps),
          .dropout = config.number(kHiddenDropout)};
}

class DebertaBody final : public Body {
 public:
  DebertaBody(const ModelConfig& config, nn::DropoutSites& sites, MakeAttention attention)
      : Body({.width = config.integer(kHiddenSize),
              .num_layers = config.integer(kNumLayers),
              .vocab_size = config.integer(kVocabSize),
              .num_token_types = config.integer(kTypeVocabSize),
              .max_length = config.integer(kMaxPositions)}) {
    embeddings_ = register_module("embeddings", std::make_shared<InputEmbeddings>(embedding_shape(config), sites));
    encoder_ = register_module("encoder", std::make_shared<DebertaEncoder>(config, sites, attention));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return encoder_->layer(index, stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
  }

 private:
  std::shared_ptr<InputEmbeddings> embeddings_;
  std::shared_ptr<DebertaEncoder> encoder_;
};

[[noreturn]] void refuse(const ModelConfig& config, const ConfigKey& key, int64_t value, const std::string& hint) {
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"{}\" is {}", config.source(), key.name, value), hint);
}

void check_widths(const ModelConfig& config) {
  const int64_t width = config.integer(kHiddenSize);
  check_head_width(config, width, config.integer(kNumHeads));
  for (const ConfigKey& key : {kEmbeddingSize, kPoolerWidth}) {
    if (const auto given = config.optional_integer(key); given && *given != width) {
      refuse(config, key, *given, fmt::format("hone computes DeBERTa only with the hidden_size, {}, here", width));
    }
  }
}

void check_convolution(const ModelConfig& config) {
  const int64_t taps = config.integer(kConvKernel), groups = config.integer(kConvGroups);
  if (taps > 0 && taps % 2 == 0)
    refuse(config, kConvKernel, taps, "give an odd number, so that tokens keep their places");
  if (taps > 0 && groups != 1) refuse(config, kConvGroups, groups, "hone computes one group only");
}

// The buckets need a logarithm that grows.
void check_buckets(const ModelConfig& config) {
  const DebertaDistances distances = distances_of(config);
  if (!config.flag(kRelativeAttention) || distances.num_buckets == 0) return;
  if (distances.num_buckets >= 2 && distances.max_distance - 1 > distances.num_buckets / 2) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"position_buckets\" is {}, and distances go to {}", config.source(),
                          distances.num_buckets, distances.max_distance),
              "there are 2 buckets or more, and less than twice as many as distances");
}

// Of the head that HF's class has if legacy is false.
constexpr MaskedLmNames kMaskedLm{
    "lm_predictions.lm_head.dense", "lm_predictions.lm_head.LayerNorm", {"", "lm_predictions.lm_head.bias"}};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

DebertaDistances distances_of(const ModelConfig& config) {
  DebertaDistances distances;
  distances.read_terms(config);
  const int64_t max_relative = config.integer(kMaxRelative);
  distances.max_distance = max_relative < 1 ? config.integer(kMaxPositions) : max_relative;
  distances.num_buckets = std::max<int64_t>(config.integer(kPositionBuckets), 0);
  return distances;
}

int64_t width_of(const ModelConfig& config) { return config.integer(kHiddenSize); }
int64_t num_heads_of(const ModelConfig& config) { return config.integer(kNumHeads); }
bool has_distances(const ModelConfig& config) { return config.flag(kRelativeAttention); }
double hidden_dropout_of(const ModelConfig& config) { return config.number(kHiddenDropout); }
double attention_dropout_of(const ModelConfig& config) { return config.number(kAttentionDropout); }

std::shared_ptr<Body> make_body_of_version(const ModelConfig& config, nn::DropoutSites& sites,
                                           MakeAttention attention) {
  check_widths(config);
  check_convolution(config);
  check_buckets(config);
  return std::make_shared<DebertaBody>(config, sites, attention);
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  return make_body_of_version(config, sites, [](const ModelConfig& of, nn::DropoutSites& its_sites) {
    return std::shared_ptr<SelfAttention>(std::make_shared<DisentangledSelfAttention>(of, its_sites));
  });
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return context_pooler_head(
      parts, {.pooler_dropout = config.number(kPoolerDropout),
              .activation = config.text(kPoolerAct),
              .dropout = config.optional_number(kClassifierDropout).value_or(config.number(kHiddenDropout))});
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, config.number(kHiddenDropout));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, config.flag(kLegacy) ? kBertMaskedLm : kMaskedLm, config.text(kHiddenAct),
                        config.number(kLayerNormEps));
}

}  // namespace hone::model::deberta_v2
