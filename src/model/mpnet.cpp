// BERT without token types, with a bias of the attention scores for each bucket of distances, which all layers share.
// Packed tokens: B sequences, T tokens, C width, L the longest sequence. The names in register_module are parts of HF's
// checkpoint keys, except "qkv", which has no parameters.
#include "model/mpnet.h"

#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/distance_buckets.h"
#include "model/encoder_blocks.h"
#include "model/masked_lm.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::mpnet {

namespace {

// Fixed in HF's class, not keys: the padding token, the buckets that are used, and the distance of the last one.
constexpr int64_t kPadding = 1, kNumBuckets = 32, kMaxDistance = 128;

constexpr ConfigKey kVocabSize{"vocab_size", ConfigKind::kInteger, "", kPadding + 1, kMaxRows};
constexpr ConfigKey kMaxPositions{"max_position_embeddings", ConfigKind::kInteger, "", kPadding + 2, kMaxRows};
constexpr ConfigKey kRelativeBuckets{"relative_attention_num_buckets", ConfigKind::kInteger, "32", kNumBuckets,
                                     kMaxRows};
constexpr std::array kKeys{kVocabSize,    kHiddenSize,       kNumLayers,        kNumHeads,      kIntermediateSize,
                           kMaxPositions, kRelativeBuckets,  kHiddenAct,        kHiddenDropout, kAttentionDropout,
                           kLayerNormEps, kInitializerRange, kTieWordEmbeddings};

std::shared_ptr<nn::Linear> square_linear(const ModelConfig& config) {
  return std::make_shared<nn::Linear>(config.integer(kHiddenSize), config.integer(kHiddenSize));
}

class MpnetSelfAttention : public torch::nn::Module {
 public:
  MpnetSelfAttention(const ModelConfig& config, nn::DropoutSites& sites)
      : num_heads_(config.integer(kNumHeads)), dropout_(config.number(kAttentionDropout), sites) {
    query_ = register_module("q", square_linear(config));
    key_ = register_module("k", square_linear(config));
    value_ = register_module("v", square_linear(config));
    out = register_module("o", square_linear(config));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const tensor::DistanceTables& distances,
                     const nn::ForwardContext& context) const {
    return tensor::attention(qkv_->forward(x), packing,
                             {.num_heads = num_heads_,
                              .num_kv_heads = num_heads_,
                              .distances = distances,
                              .p = dropout_.active_p(context),
                              .stream = dropout_.stream(context)});  // [T, C]
  }

  std::shared_ptr<nn::Linear> out;

 private:
  int64_t num_heads_;
  std::shared_ptr<nn::Linear> query_, key_, value_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
  nn::Dropout dropout_;
};

class MpnetAttention : public torch::nn::Module {
 public:
  MpnetAttention(const ModelConfig& config, nn::DropoutSites& sites) : dropout_(config.number(kHiddenDropout), sites) {
    attention_ = register_module("attn", std::make_shared<MpnetSelfAttention>(config, sites));
    norm_ = register_module("LayerNorm",
                            std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kLayerNormEps)));
  }

  // LayerNorm(dropout(o(attention(x))) + x).
  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const tensor::DistanceTables& distances,
                     const nn::ForwardContext& context) const {
    const at::Tensor heads = attention_->forward(x, packing, distances, context);
    const nn::Linear& out = *attention_->out;
    return norm_->forward(out.product(heads), out.bias, tensor::returned_rows(x, packing), dropout_.active_p(context),
                          dropout_.stream(context));
  }

 private:
  std::shared_ptr<MpnetSelfAttention> attention_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class MpnetLayer : public torch::nn::Module {
 public:
  MpnetLayer(const ModelConfig& config, nn::DropoutSites& sites) {
    const int64_t width = config.integer(kHiddenSize), num_features = config.integer(kIntermediateSize);
    attention_ = register_module("attention", std::make_shared<MpnetAttention>(config, sites));
    intermediate_ =
        register_module("intermediate", std::make_shared<Intermediate>(width, num_features, config.text(kHiddenAct)));
    output_ =
        register_module("output", std::make_shared<ResidualOutput>(num_features, width, config.number(kLayerNormEps),
                                                                   config.number(kHiddenDropout), sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const tensor::DistanceTables& distances,
                     const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, distances, context);
    return output_->forward(intermediate_->forward(attended), attended, context);  // [T, C]
  }

 private:
  std::shared_ptr<MpnetAttention> attention_;
  std::shared_ptr<Intermediate> intermediate_;
  std::shared_ptr<ResidualOutput> output_;
};

class MpnetEncoder : public torch::nn::Module {
 public:
  MpnetEncoder(const ModelConfig& config, nn::DropoutSites& sites) {
    layers_ = register_module("layer", std::make_shared<nn::ModuleList<MpnetLayer>>());
    for (int64_t i = 0; i < config.integer(kNumLayers); ++i) {
      layers_->append(std::make_shared<MpnetLayer>(config, sites));
    }
    bias_ = register_module("relative_attention_bias", std::make_shared<nn::Embedding>(config.integer(kRelativeBuckets),
                                                                                       config.integer(kNumHeads)));
  }

  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
    const tensor::DistanceTables distances{
        .rows = bucket_of_distances(stream.packing.max_length(), {kNumBuckets, kMaxDistance}),
        .bias = bias_->weight.t()};  // [H, buckets]
    return (*layers_)[index].forward(stream.x, stream.packing, distances, context);
  }

 private:
  std::shared_ptr<nn::ModuleList<MpnetLayer>> layers_;
  std::shared_ptr<nn::Embedding> bias_;
};

EmbeddingShape embedding_shape(const ModelConfig& config) {
  return {.width = config.integer(kHiddenSize),
          .num_words = config.integer(kVocabSize),
          .num_positions = config.integer(kMaxPositions),
          .padding = kPadding,
          .first_position = FirstPosition::kAfterPadding,
          .norm_eps = config.number(kLayerNormEps),
          .dropout = config.number(kHiddenDropout)};
}

class MpnetBody final : public Body {
 public:
  MpnetBody(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler)
      : Body({.width = config.integer(kHiddenSize),
              .num_layers = config.integer(kNumLayers),
              .vocab_size = config.integer(kVocabSize),
              .max_length = config.integer(kMaxPositions) - (kPadding + 1)}) {
    embeddings_ = register_module("embeddings", std::make_shared<InputEmbeddings>(embedding_shape(config), sites));
    encoder_ = register_module("encoder", std::make_shared<MpnetEncoder>(config, sites));
    if (has_pooler) pooler_ = register_module("pooler", std::make_shared<FirstTokenPooler>(traits().width));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return encoder_->layer(index, stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (pooler_) hidden.pooled = pooler_->forward(hidden.tokens, hidden.packing);
    return hidden;
  }

 private:
  std::shared_ptr<InputEmbeddings> embeddings_;
  std::shared_ptr<MpnetEncoder> encoder_;
  std::shared_ptr<FirstTokenPooler> pooler_;
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  return std::make_shared<MpnetBody>(config, sites, has_pooler);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return dense_head(parts, config.number(kHiddenDropout), "tanh");
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, config.number(kHiddenDropout));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kRobertaMaskedLm, "gelu", config.number(kLayerNormEps));
}

}  // namespace hone::model::mpnet
