// The layers of a group have the same weights, and the embeddings are narrower than the layers. A layer is BERT's
// without dropout after the feed-forward block. Packed tokens: B sequences, T tokens, C width. The names in
// register_module are parts of HF's checkpoint keys, except "qkv", which has no parameters.
#include "model/albert.h"

#include <ATen/ops/tanh.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/encoder_blocks.h"
#include "model/masked_lm.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::albert {

namespace {

constexpr ConfigKey kEmbeddingSize{"embedding_size", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kNumGroups{"num_hidden_groups", ConfigKind::kInteger, "1", 1, kMaxLayers};
constexpr ConfigKey kLayersOfGroup{"inner_group_num", ConfigKind::kInteger, "1", 1, kMaxLayers};
constexpr ConfigKey kHiddenAct{"hidden_act", ConfigKind::kText, "\"gelu_new\""};
constexpr ConfigKey kHiddenDropout{"hidden_dropout_prob", ConfigKind::kNumber, "0", 0, 1};
constexpr ConfigKey kAttentionDropout{"attention_probs_dropout_prob", ConfigKind::kNumber, "0", 0, 1};
constexpr ConfigKey kClassifierDropout{"classifier_dropout_prob", ConfigKind::kNumber, "0.1", 0, 1, "", true};
constexpr std::array kKeys{kVocabSize,     kEmbeddingSize,    kHiddenSize,       kNumLayers,         kNumGroups,
                           kLayersOfGroup, kNumHeads,         kIntermediateSize, kMaxPositions,      kTypeVocabSize,
                           kHiddenAct,     kHiddenDropout,    kAttentionDropout, kClassifierDropout, kLayerNormEps,
                           kPositionType,  kInitializerRange, kPadTokenId,       kTieWordEmbeddings};

// The dropout of one layer. Layers with the same weights draw differently.
struct LayerDropout {
  LayerDropout(const ModelConfig& config, nn::DropoutSites& sites)
      : attention(config.number(kAttentionDropout), sites), output(config.number(kHiddenDropout), sites) {}

  nn::Dropout attention, output;
};

std::shared_ptr<nn::Linear> linear(const ModelConfig& config, const ConfigKey& in, const ConfigKey& out) {
  return std::make_shared<nn::Linear>(config.integer(in), config.integer(out));
}

std::shared_ptr<nn::LayerNorm> layer_norm(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kLayerNormEps));
}

class AlbertAttention : public torch::nn::Module {
 public:
  explicit AlbertAttention(const ModelConfig& config) : num_heads_(config.integer(kNumHeads)) {
    query_ = register_module("query", linear(config, kHiddenSize, kHiddenSize));
    key_ = register_module("key", linear(config, kHiddenSize, kHiddenSize));
    value_ = register_module("value", linear(config, kHiddenSize, kHiddenSize));
    dense_ = register_module("dense", linear(config, kHiddenSize, kHiddenSize));
    norm_ = register_module("LayerNorm", layer_norm(config));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
  }

  // LayerNorm(dropout(dense(attention(x))) + x).
  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const LayerDropout& dropout,
                     const nn::ForwardContext& context) const {
    const at::Tensor heads = tensor::attention(qkv_->forward(x), packing,
                                               {.num_heads = num_heads_,
                                                .num_kv_heads = num_heads_,
                                                .p = dropout.attention.active_p(context),
                                                .stream = dropout.attention.stream(context)});
    return norm_->forward(dense_->product(heads), dense_->bias, tensor::returned_rows(x, packing),
                          dropout.output.active_p(context),
                          dropout.output.stream(context));  // [T, C]
  }

 private:
  int64_t num_heads_;
  std::shared_ptr<nn::Linear> query_, key_, value_, dense_;
  std::shared_ptr<nn::LayerNorm> norm_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
};

class AlbertLayer : public torch::nn::Module {
 public:
  explicit AlbertLayer(const ModelConfig& config) : activation_(nn::find_activation(config.text(kHiddenAct))) {
    norm_ = register_module("full_layer_layer_norm", layer_norm(config));
    attention_ = register_module("attention", std::make_shared<AlbertAttention>(config));
    ffn_ = register_module("ffn", linear(config, kHiddenSize, kIntermediateSize));
    ffn_output_ = register_module("ffn_output", linear(config, kIntermediateSize, kHiddenSize));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const LayerDropout& dropout,
                     const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, dropout, context);
    nn::ActivatedInput hidden{ffn_->product(attended), ffn_->bias, activation_};
    return norm_->forward(ffn_output_->product(std::move(hidden)), ffn_output_->bias, attended, 0, {});  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::LayerNorm> norm_;
  std::shared_ptr<AlbertAttention> attention_;
  std::shared_ptr<nn::Linear> ffn_, ffn_output_;
};

class AlbertGroup : public torch::nn::Module {
 public:
  explicit AlbertGroup(const ModelConfig& config) {
    layers = register_module("albert_layers", std::make_shared<nn::ModuleList<AlbertLayer>>());
    for (int64_t i = 0; i < config.integer(kLayersOfGroup); ++i) layers->append(std::make_shared<AlbertLayer>(config));
  }

  std::shared_ptr<nn::ModuleList<AlbertLayer>> layers;
};

class AlbertTransformer : public torch::nn::Module {
 public:
  AlbertTransformer(const ModelConfig& config, nn::DropoutSites& sites)
      : num_repetitions_(config.integer(kNumLayers)), layers_of_group_(config.integer(kLayersOfGroup)) {
    mapping_ = register_module("embedding_hidden_mapping_in", linear(config, kEmbeddingSize, kHiddenSize));
    groups_ = register_module("albert_layer_groups", std::make_shared<nn::ModuleList<AlbertGroup>>());
    for (int64_t i = 0; i < config.integer(kNumGroups); ++i) groups_->append(std::make_shared<AlbertGroup>(config));
    for (int64_t i = 0; i < num_repetitions_ * layers_of_group_; ++i) dropouts_.emplace_back(config, sites);
  }

  at::Tensor begin(const at::Tensor& embeddings) const { return mapping_->forward(embeddings); }  // [T, C]

  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
    const AlbertGroup& group = (*groups_)[group_of(index / layers_of_group_)];
    return (*group.layers)[index % layers_of_group_].forward(stream.x, stream.packing,
                                                             dropouts_[static_cast<size_t>(index)], context);
  }

 private:
  // The group that computes a repetition, by HF's formula.
  int64_t group_of(int64_t repetition) const {
    const double repetitions_of_group = static_cast<double>(num_repetitions_) / static_cast<double>(groups_->count());
    return static_cast<int64_t>(static_cast<double>(repetition) / repetitions_of_group);
  }

  int64_t num_repetitions_, layers_of_group_;
  std::shared_ptr<nn::Linear> mapping_;
  std::shared_ptr<nn::ModuleList<AlbertGroup>> groups_;
  std::vector<LayerDropout> dropouts_;  // of each layer that is computed
};

EmbeddingShape embedding_shape(const ModelConfig& config) {
  return {.width = config.integer(kEmbeddingSize),
          .num_words = config.integer(kVocabSize),
          .num_positions = config.integer(kMaxPositions),
          .num_types = config.integer(kTypeVocabSize),
          .padding = padding_id(config, kVocabSize),
          .norm_eps = config.number(kLayerNormEps),
          .dropout = config.number(kHiddenDropout)};
}

class AlbertBody final : public Body {
 public:
  AlbertBody(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler)
      : Body({.width = config.integer(kHiddenSize),
              .num_layers = config.integer(kNumLayers) * config.integer(kLayersOfGroup),
              .vocab_size = config.integer(kVocabSize),
              .num_token_types = config.integer(kTypeVocabSize),
              .max_length = config.integer(kMaxPositions)}) {
    embeddings_ = register_module("embeddings", std::make_shared<InputEmbeddings>(embedding_shape(config), sites));
    encoder_ = register_module("encoder", std::make_shared<AlbertTransformer>(config, sites));
    if (has_pooler) pooler_ = register_module("pooler", linear(config, kHiddenSize, kHiddenSize));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {encoder_->begin(embeddings_->forward(inputs.text, context)), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return encoder_->layer(index, stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (pooler_) hidden.pooled = at::tanh(pooler_->forward(tensor::first_rows(hidden.tokens, hidden.packing)));
    return hidden;
  }

 private:
  std::shared_ptr<InputEmbeddings> embeddings_;
  std::shared_ptr<AlbertTransformer> encoder_;
  std::shared_ptr<nn::Linear> pooler_;
};

// As in HF: null means the dropout of the layers, but HF's class for sequences takes no null.
double classifier_dropout(const ModelConfig& config) {
  return config.optional_number(kClassifierDropout).value_or(config.number(kHiddenDropout));
}

constexpr MaskedLmNames kMaskedLm{
    "predictions.dense", "predictions.LayerNorm", {"predictions.decoder", "predictions.bias"}, /*has_norm_first=*/true};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  check_absolute_positions(config, kPositionType);
  return std::make_shared<AlbertBody>(config, sites, has_pooler);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return pooled_head(parts, classifier_dropout(config));
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, classifier_dropout(config));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kMaskedLm, config.text(kHiddenAct), config.number(kLayerNormEps));
}

}  // namespace hone::model::albert
