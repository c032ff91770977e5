// The names in register_module are parts of HF's checkpoint keys. F width of the feed-forward block.
#include "model/gpt_neox.h"

#include <ATen/TensorOperators.h>

#include <array>
#include <utility>

#include "model/causal_lm.h"
#include "model/config_keys.h"
#include "model/decoder_attention.h"
#include "model/decoder_config.h"
#include "model/rope_config.h"
#include "nn/activation.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/embedding.h"
#include "tensor/packing.h"

namespace hone::model::gpt_neox {

namespace {

constexpr ConfigKey kNeoxDropout{"hidden_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kNeoxClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kNeoxNormEps{"layer_norm_eps", ConfigKind::kNumber, "1e-5", 0, 1};
constexpr ConfigKey kNeoxBias{"attention_bias", ConfigKind::kFlag, "true"};
constexpr ConfigKey kIsParallel{"use_parallel_residual", ConfigKind::kFlag, "true"};
constexpr ConfigKey kNeoxTheta{"rotary_emb_base", ConfigKind::kNumber, "10000.0", 1, 1e15};
constexpr ConfigKey kNeoxPartial{"rotary_pct", ConfigKind::kNumber, "0.25", 0, 1};
constexpr std::array kKeys{kVocabSize,        kHiddenSize, kNumLayers,      kNumHeads,    kIntermediateSize,
                           kMaxPositions,     kHiddenAct,  kSoftmaxDropout, kNeoxDropout, kNeoxClassifierDropout,
                           kNeoxNormEps,      kNeoxBias,   kIsParallel,     kNeoxTheta,   kNeoxPartial,
                           kInitializerRange, kUntiedWords};

std::shared_ptr<nn::LayerNorm> norm_of(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kNeoxNormEps));
}

class Attention : public torch::nn::Module {
 public:
  Attention(const ModelConfig& config, int64_t layer, DecoderAttentionRule rule, nn::DropoutSites& sites)
      : heads_(rule.heads), attention_(layer, std::move(rule), sites) {
    const int64_t width = config.integer(kHiddenSize);
    qkv_ = register_module("query_key_value", std::make_shared<nn::Linear>(width, 3 * width, config.flag(kNeoxBias)));
    out_ = register_module("dense", std::make_shared<nn::Linear>(width, width, config.flag(kNeoxBias)));
  }

  // Returns the output without its bias: [T, C].
  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    // The weight's rows are q, k and v of one head, then those of the next.
    const at::Tensor by_head = qkv_->forward(x).view({x.size(0), heads_.num_heads, 3, heads_.head_width});
    const at::Tensor qkv = by_head.transpose(1, 2).reshape({x.size(0), heads_.qkv_width()});
    return out_->product(attention_.forward(qkv, stream, context));
  }
  const at::Tensor& bias() const { return out_->bias; }

 private:
  DecoderHeads heads_;
  DecoderAttention attention_;
  std::shared_ptr<nn::Linear> qkv_, out_;
};

class FeedForward : public torch::nn::Module {
 public:
  explicit FeedForward(const ModelConfig& config) : activation_(nn::find_activation(config.text(kHiddenAct))) {
    const int64_t width = config.integer(kHiddenSize), inner = config.integer(kIntermediateSize);
    in_ = register_module("dense_h_to_4h", std::make_shared<nn::Linear>(width, inner));
    out_ = register_module("dense_4h_to_h", std::make_shared<nn::Linear>(inner, width));
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor product = out_->product(nn::ActivatedInput{in_->product(x), in_->bias, activation_});
    return product + out_->bias.to(product.scalar_type());  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> in_, out_;
};

class Layer : public torch::nn::Module {
 public:
  Layer(const ModelConfig& config, int64_t index, const DecoderAttentionRule& rule, nn::DropoutSites& sites)
      : is_parallel_(config.flag(kIsParallel)),
        attention_dropout_(config.number(kNeoxDropout), sites),
        feed_forward_dropout_(config.number(kNeoxDropout), sites) {
    attention_norm_ = register_module("input_layernorm", norm_of(config));
    feed_forward_norm_ = register_module("post_attention_layernorm", norm_of(config));
    attention_ = register_module("attention", std::make_shared<Attention>(config, index, rule, sites));
    feed_forward_ = register_module("mlp", std::make_shared<FeedForward>(config));
  }

  at::Tensor forward(const Stream& stream, const nn::ForwardContext& context) const {
    const at::Tensor product = attention_->product(attention_norm_->forward(stream.x), stream, context);
    const at::Tensor x = tensor::returned_rows(stream.x, stream.packing);
    if (!is_parallel_) {
      const auto [sum, normed] = feed_forward_norm_->sum_and_norm(
          product, attention_->bias(), x, attention_dropout_.active_p(context), attention_dropout_.stream(context));
      return sum + feed_forward_dropout_(feed_forward_->forward(normed), context);  // [T, C]
    }
    const at::Tensor& bias = attention_->bias();
    const at::Tensor attended = bias.defined() ? product + bias.to(product.scalar_type()) : product;
    const at::Tensor fed = feed_forward_->forward(feed_forward_norm_->forward(x));
    return feed_forward_dropout_(fed, context) + attention_dropout_(attended, context) + x;
  }

 private:
  bool is_parallel_;
  nn::Dropout attention_dropout_, feed_forward_dropout_;
  std::shared_ptr<nn::LayerNorm> attention_norm_, feed_forward_norm_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<FeedForward> feed_forward_;
};

DecoderAttentionRule rule_of(const ModelConfig& config) {
  const int64_t width = config.integer(kHiddenSize), num_heads = config.integer(kNumHeads);
  check_head_width(config, width, num_heads);
  const DecoderHeads heads{num_heads, num_heads, width / num_heads};
  check_heads(heads, config.source());
  const RopeKeys keys{.layer_type = "", .older_theta = kNeoxTheta, .older_partial = kNeoxPartial};
  return {.heads = heads,
          .window = {},
          .positions = rotary_positions(config, keys, heads.head_width, config.integer(kMaxPositions)),
          .dropout = config.number(kSoftmaxDropout)};
}

class GptNeoxBody final : public Body {
 public:
  GptNeoxBody(const ModelConfig& config, nn::DropoutSites& sites, const DecoderAttentionRule& rule)
      : Body(with_positions({.width = config.integer(kHiddenSize),
                             .num_layers = config.integer(kNumLayers),
                             .vocab_size = config.integer(kVocabSize),
                             .num_kv_heads = rule.heads.num_kv_heads,
                             .kv_head_width = rule.heads.head_width},
                            {rule.positions})),
        dropout_(config.number(kNeoxDropout), sites) {
    words_ = register_module("embed_in", std::make_shared<nn::Embedding>(traits().vocab_size, traits().width));
    layers_ = register_module("layers", std::make_shared<nn::ModuleList<Layer>>());
    for (int64_t i = 0; i < traits().num_layers; ++i) {
      layers_->append(std::make_shared<Layer>(config, i, rule, sites));
    }
    norm_ = register_module("final_layer_norm", norm_of(config));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    const at::Tensor rows = tensor::embedding_rows({words_->rows(inputs.text.ids)}, 1, context.dtype);
    return {dropout_(rows, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = norm_->forward(stream.x), .packing = std::move(stream.packing), .pooled = {}};
  }

 private:
  nn::Dropout dropout_;
  std::shared_ptr<nn::Embedding> words_;
  std::shared_ptr<nn::ModuleList<Layer>> layers_;
  std::shared_ptr<nn::LayerNorm> norm_;
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  return std::make_shared<GptNeoxBody>(config, sites, rule_of(config));
}

std::unique_ptr<Head> make_causal_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return causal_lm_head(parts, config.flag(kUntiedWords), 0, "embed_out");
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, config.number(kNeoxClassifierDropout));
}

}  // namespace hone::model::gpt_neox
