// The names in register_module are parts of HF's checkpoint keys. F width of the feed-forward block.
#include "model/gpt2.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/decoder_attention.h"
#include "nn/activation.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/compute.h"
#include "tensor/embedding.h"
#include "tensor/packing.h"

namespace hone::model::gpt2 {

namespace {

constexpr ConfigKey kWidth{"n_embd", ConfigKind::kInteger, "", 1, kMaxWidth, "hidden_size"};
constexpr ConfigKey kLayers{"n_layer", ConfigKind::kInteger, "", 0, kMaxLayers, "num_hidden_layers"};
constexpr ConfigKey kHeads{"n_head", ConfigKind::kInteger, "", 1, kMaxWidth, "num_attention_heads"};
constexpr ConfigKey kPositions{"n_positions", ConfigKind::kInteger, "", 1, kMaxRows, "max_position_embeddings"};
constexpr ConfigKey kInner{"n_inner", ConfigKind::kInteger, "null", 1, kMaxWidth};
constexpr ConfigKey kActivation{"activation_function", ConfigKind::kText, "\"gelu_new\""};
constexpr ConfigKey kResidualDropout{"resid_pdrop", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kEmbeddingDropout{"embd_pdrop", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kSoftmaxDropout{"attn_pdrop", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kNormEps{"layer_norm_epsilon", ConfigKind::kNumber, "1e-5", 0, 1};
constexpr ConfigKey kScales{"scale_attn_weights", ConfigKind::kFlag, "true"};
constexpr ConfigKey kScalesByLayer{"scale_attn_by_inverse_layer_idx", ConfigKind::kFlag, "false"};
// The order of the products, which only changes their rounding; transformers reads it for one kind of attention only.
constexpr ConfigKey kReorders{"reorder_and_upcast_attn", ConfigKind::kFlag, "false"};
constexpr ConfigKey kCrossAttention{"add_cross_attention", ConfigKind::kFlag, "false"};
constexpr ConfigKey kClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kOlderClassifierDropout{"hidden_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr std::array kKeys{kVocabSize,
                           kWidth,
                           kLayers,
                           kHeads,
                           kPositions,
                           kInner,
                           kActivation,
                           kResidualDropout,
                           kEmbeddingDropout,
                           kSoftmaxDropout,
                           kNormEps,
                           kScales,
                           kScalesByLayer,
                           kReorders,
                           kCrossAttention,
                           kClassifierDropout,
                           kOlderClassifierDropout,
                           kInitializerRange,
                           kTieWordEmbeddings};

std::shared_ptr<nn::LayerNorm> norm_of(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kWidth), config.number(kNormEps));
}

// HF's Conv1D, which keeps its weight as [in, out], and draws it in this order.
class TransposedLinear final : public nn::Linear {
 public:
  TransposedLinear(int64_t in_features, int64_t out_features) : nn::Linear(in_features, out_features) {}

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    if (wanted("weight")) draw_weight(deviation, generator);
    if (wanted("bias")) bias.zero_();
  }
  void draw_construction(at::Generator& generator) override { draw_weight(0.02, generator); }
  void draw_weight(double deviation, at::Generator& generator) const {
    weight.copy_(at::empty({weight.size(1), weight.size(0)}).normal_(0.0, deviation, generator).t());
  }
};

// A half of a layer. HF draws its last matrix, "c_proj", a second time, with a deviation that is smaller by
// sqrt(2 layers).
class Half : public torch::nn::Module, public nn::Drawn {
 public:
  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    if (wanted("c_proj.weight")) out_->draw_weight(deviation / out_divisor_, generator);
  }

 protected:
  explicit Half(const ModelConfig& config)
      : out_divisor_(std::sqrt(2.0 * static_cast<double>(config.integer(kLayers)))) {}

  std::shared_ptr<TransposedLinear> add(const char* name, int64_t in_features, int64_t out_features) {
    return register_module(name, std::make_shared<TransposedLinear>(in_features, out_features));
  }
  void add_out(int64_t in_features, int64_t out_features) { out_ = add("c_proj", in_features, out_features); }

  std::shared_ptr<TransposedLinear> out_;

 private:
  double out_divisor_;
};

double scale_of(const ModelConfig& config, int64_t layer, int64_t head_width) {
  const double scale = config.flag(kScales) ? 1 / std::sqrt(static_cast<double>(head_width)) : 1;
  return config.flag(kScalesByLayer) ? scale / static_cast<double>(layer + 1) : scale;
}

class Attention final : public Half {
 public:
  Attention(const ModelConfig& config, const DecoderHeads& heads, int64_t layer, nn::DropoutSites& sites)
      : Half(config),
        attention_(layer,
                   {.heads = heads,
                    .window = {},
                    .positions = {},
                    .scale = scale_of(config, layer, heads.head_width),
                    .dropout = config.number(kSoftmaxDropout)},
                   sites) {
    qkv_ = add("c_attn", heads.q_width(), heads.qkv_width());
    add_out(heads.q_width(), heads.q_width());
  }

  // Returns the output without its bias: [T, C].
  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    return out_->product(attention_.forward(qkv_->forward(x), stream, context));
  }
  const at::Tensor& bias() const { return out_->bias; }

 private:
  DecoderAttention attention_;
  std::shared_ptr<TransposedLinear> qkv_;
};

class FeedForward final : public Half {
 public:
  explicit FeedForward(const ModelConfig& config)
      : Half(config), activation_(nn::find_activation(config.text(kActivation))) {
    const int64_t width = config.integer(kWidth), inner = config.optional_integer(kInner).value_or(4 * width);
    in_ = add("c_fc", width, inner);
    add_out(inner, width);
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor product = out_->product(nn::ActivatedInput{in_->product(x), in_->bias, activation_});
    return product + out_->bias.to(product.scalar_type());  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<TransposedLinear> in_;
};

class Layer : public torch::nn::Module {
 public:
  Layer(const ModelConfig& config, const DecoderHeads& heads, int64_t index, nn::DropoutSites& sites)
      : attention_dropout_(config.number(kResidualDropout), sites),
        feed_forward_dropout_(config.number(kResidualDropout), sites) {
    attention_norm_ = register_module("ln_1", norm_of(config));
    attention_ = register_module("attn", std::make_shared<Attention>(config, heads, index, sites));
    feed_forward_norm_ = register_module("ln_2", norm_of(config));
    feed_forward_ = register_module("mlp", std::make_shared<FeedForward>(config));
  }

  at::Tensor forward(const Stream& stream, const nn::ForwardContext& context) const {
    const auto [sum, normed] =
        feed_forward_norm_->sum_and_norm(attention_->product(attention_norm_->forward(stream.x), stream, context),
                                         attention_->bias(), tensor::returned_rows(stream.x, stream.packing),
                                         attention_dropout_.active_p(context), attention_dropout_.stream(context));
    return sum + feed_forward_dropout_(feed_forward_->forward(normed), context);  // [T, C]
  }

 private:
  nn::Dropout attention_dropout_, feed_forward_dropout_;
  std::shared_ptr<nn::LayerNorm> attention_norm_, feed_forward_norm_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<FeedForward> feed_forward_;
};

DecoderHeads heads_of(const ModelConfig& config) {
  const int64_t width = config.integer(kWidth), num_heads = config.integer(kHeads);
  check_head_width(config, width, num_heads);
  const DecoderHeads heads{num_heads, num_heads, width / num_heads};
  check_heads(heads, config.source());
  return heads;
}

class Gpt2Body final : public Body {
 public:
  Gpt2Body(const ModelConfig& config, const DecoderHeads& heads, nn::DropoutSites& sites)
      : Body({.width = config.integer(kWidth),
              .num_layers = config.integer(kLayers),
              .vocab_size = config.integer(kVocabSize),
              .num_token_types = 0,
              .max_length = config.integer(kPositions),
              .num_kv_heads = heads.num_kv_heads,
              .kv_head_width = heads.head_width}),
        dropout_(config.number(kEmbeddingDropout), sites) {
    words_ = register_module("wte", std::make_shared<nn::Embedding>(traits().vocab_size, traits().width));
    positions_ = register_module("wpe", std::make_shared<nn::Embedding>(traits().max_length, traits().width));
    layers_ = register_module("h", std::make_shared<nn::ModuleList<Layer>>());
    for (int64_t i = 0; i < traits().num_layers; ++i) {
      layers_->append(std::make_shared<Layer>(config, heads, i, sites));
    }
    norm_ = register_module("ln_f", norm_of(config));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    const Tokens& text = inputs.text;
    const at::Tensor places = tensor::on_device(text.packing.positions(), text.ids.device());
    const at::Tensor sum = tensor::embedding_rows({words_->rows(text.ids), positions_->rows(places)}, 1, context.dtype);
    return {dropout_(sum, context), text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = norm_->forward(stream.x), .packing = std::move(stream.packing), .pooled = {}};
  }

 private:
  nn::Dropout dropout_;
  std::shared_ptr<nn::Embedding> words_, positions_;
  std::shared_ptr<nn::ModuleList<Layer>> layers_;
  std::shared_ptr<nn::LayerNorm> norm_;
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  if (config.flag(kCrossAttention)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"add_cross_attention\" is true", config.source()),
                "hone computes GPT-2 without an encoder beside it");
  }
  return std::make_shared<Gpt2Body>(config, heads_of(config), sites);
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  const std::optional<double> given = config.optional_number(kClassifierDropout);
  return token_head(parts, given ? *given : config.optional_number(kOlderClassifierDropout).value_or(0.1));
}

}  // namespace hone::model::gpt2
