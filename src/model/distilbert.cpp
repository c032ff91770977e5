// BERT without token types, pooler and dropout after attention. Packed tokens: B sequences, T tokens, C width. The
// names in register_module are parts of HF's checkpoint keys, except "qkv", which has no parameters.
#include "model/distilbert.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/masked_lm.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/compute.h"
#include "tensor/packing.h"

namespace hone::model::distilbert {

namespace {

constexpr double kLayerNormEps = 1e-12;  // fixed in HF's class, not a key

constexpr ConfigKey kDim{"dim", ConfigKind::kInteger, "", 1, kMaxWidth, "hidden_size"};
constexpr ConfigKey kNumLayers{"n_layers", ConfigKind::kInteger, "", 0, kMaxLayers, "num_hidden_layers"};
constexpr ConfigKey kNumHeads{"n_heads", ConfigKind::kInteger, "", 1, kMaxWidth, "num_attention_heads"};
constexpr ConfigKey kHiddenDim{"hidden_dim", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kSinusoidal{"sinusoidal_pos_embds", ConfigKind::kFlag, "false"};
constexpr ConfigKey kActivation{"activation", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kDropout{"dropout", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kAttentionDropout{"attention_dropout", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kClassifierDropout{"seq_classif_dropout", ConfigKind::kNumber, "0.2", 0, 1};
constexpr std::array kKeys{kVocabSize,        kDim,        kNumLayers,  kNumHeads,         kHiddenDim,
                           kMaxPositions,     kActivation, kDropout,    kAttentionDropout, kClassifierDropout,
                           kInitializerRange, kPadTokenId, kSinusoidal, kTieWordEmbeddings};

std::shared_ptr<nn::LayerNorm> layer_norm(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kDim), kLayerNormEps);
}

std::shared_ptr<nn::Linear> linear(const ModelConfig& config, const ConfigKey& in, const ConfigKey& out) {
  return std::make_shared<nn::Linear>(config.integer(in), config.integer(out));
}

class Embeddings : public torch::nn::Module {
 public:
  Embeddings(const ModelConfig& config, nn::DropoutSites& sites) : dropout_(config.number(kDropout), sites) {
    const int64_t width = config.integer(kDim);
    word_ = register_module("word_embeddings", std::make_shared<nn::Embedding>(config.integer(kVocabSize), width,
                                                                               padding_id(config, kVocabSize)));
    position_ =
        register_module("position_embeddings", std::make_shared<nn::Embedding>(config.integer(kMaxPositions), width));
    norm_ = register_module("LayerNorm", layer_norm(config));
  }

  at::Tensor forward(const Tokens& tokens, const nn::ForwardContext& context) const {
    const at::Tensor positions = tensor::on_device(tokens.packing.positions(), tokens.ids.device());
    return nn::embedding_sum({word_->rows(tokens.ids), position_->rows(positions)}, *norm_, dropout_,
                             context);  // [T, C]
  }

 private:
  std::shared_ptr<nn::Embedding> word_, position_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class SelfAttention : public torch::nn::Module {
 public:
  SelfAttention(const ModelConfig& config, nn::DropoutSites& sites)
      : num_heads_(config.integer(kNumHeads)), dropout_(config.number(kAttentionDropout), sites) {
    query_ = register_module("q_lin", linear(config, kDim, kDim));
    key_ = register_module("k_lin", linear(config, kDim, kDim));
    value_ = register_module("v_lin", linear(config, kDim, kDim));
    out_ = register_module("out_lin", linear(config, kDim, kDim));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
  }

  // norm(out_lin(attention(x)) + x).
  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::LayerNorm& norm,
                     const nn::ForwardContext& context) const {
    const at::Tensor heads = tensor::attention(qkv_->forward(x), packing,
                                               {.num_heads = num_heads_,
                                                .num_kv_heads = num_heads_,
                                                .p = dropout_.active_p(context),
                                                .stream = dropout_.stream(context)});
    return norm.forward(out_->product(heads), out_->bias, tensor::returned_rows(x, packing), 0, {});  // [T, C]
  }

 private:
  int64_t num_heads_;
  std::shared_ptr<nn::Linear> query_, key_, value_, out_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
  nn::Dropout dropout_;
};

class FeedForward : public torch::nn::Module {
 public:
  FeedForward(const ModelConfig& config, nn::DropoutSites& sites)
      : activation_(nn::find_activation(config.text(kActivation))), dropout_(config.number(kDropout), sites) {
    lin1_ = register_module("lin1", linear(config, kDim, kHiddenDim));
    lin2_ = register_module("lin2", linear(config, kHiddenDim, kDim));
  }

  // norm(dropout(lin2(activation(lin1(x)))) + x).
  at::Tensor forward(const at::Tensor& x, const nn::LayerNorm& norm, const nn::ForwardContext& context) const {
    nn::ActivatedInput hidden{lin1_->product(x), lin1_->bias, activation_};  // [T, F]
    return norm.forward(lin2_->product(std::move(hidden)), lin2_->bias, x, dropout_.active_p(context),
                        dropout_.stream(context));  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> lin1_, lin2_;
  nn::Dropout dropout_;
};

class Block : public torch::nn::Module {
 public:
  Block(const ModelConfig& config, nn::DropoutSites& sites) {
    attention_ = register_module("attention", std::make_shared<SelfAttention>(config, sites));
    attention_norm_ = register_module("sa_layer_norm", layer_norm(config));
    feed_forward_ = register_module("ffn", std::make_shared<FeedForward>(config, sites));
    output_norm_ = register_module("output_layer_norm", layer_norm(config));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, *attention_norm_, context);
    return feed_forward_->forward(attended, *output_norm_, context);  // [T, C]
  }

 private:
  std::shared_ptr<SelfAttention> attention_;
  std::shared_ptr<nn::LayerNorm> attention_norm_, output_norm_;
  std::shared_ptr<FeedForward> feed_forward_;
};

class Transformer : public torch::nn::Module {
 public:
  Transformer(const ModelConfig& config, nn::DropoutSites& sites) {
    layers = register_module("layer", std::make_shared<nn::ModuleList<Block>>());
    for (int64_t i = 0; i < config.integer(kNumLayers); ++i) layers->append(std::make_shared<Block>(config, sites));
  }

  std::shared_ptr<nn::ModuleList<Block>> layers;
};

class DistilBertBody final : public Body {
 public:
  DistilBertBody(const ModelConfig& config, nn::DropoutSites& sites)
      : Body({.width = config.integer(kDim),
              .num_layers = config.integer(kNumLayers),
              .vocab_size = config.integer(kVocabSize),
              .max_length = config.integer(kMaxPositions)}) {
    embeddings_ = register_module("embeddings", std::make_shared<Embeddings>(config, sites));
    transformer_ = register_module("transformer", std::make_shared<Transformer>(config, sites));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*transformer_->layers)[index].forward(stream.x, stream.packing, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
  }

 private:
  std::shared_ptr<Embeddings> embeddings_;
  std::shared_ptr<Transformer> transformer_;
};

constexpr MaskedLmNames kMaskedLm{"vocab_transform", "vocab_layer_norm", {"vocab_projector"}};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  check_head_width(config, config.integer(kDim), config.integer(kNumHeads));
  if (config.flag(kSinusoidal)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"sinusoidal_pos_embds\" is true", config.source()),
                "hone computes DistilBERT only with learned positions");
  }
  return std::make_shared<DistilBertBody>(config, sites);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return first_token_head(parts, config.number(kClassifierDropout));
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, config.number(kDropout));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kMaskedLm, config.text(kActivation), kLayerNormEps);
}

}  // namespace hone::model::distilbert
