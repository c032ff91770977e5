// The names in register_module are parts of HF's checkpoint keys, except "qkv" and "kv", which have no parameters.
#include "model/bart.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/decoder_attention.h"
#include "model/encoder_decoder.h"
#include "model/seq2seq_lm.h"
#include "nn/activation.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/compute.h"
#include "tensor/embedding.h"
#include "tensor/packing.h"

namespace hone::model::bart {

namespace {

constexpr int64_t kPositionsBefore = 2;  // rows of positions that no text has
constexpr double kNormEps = 1e-5;        // torch's default, not a key

constexpr ConfigKey kWidth{"d_model", ConfigKind::kInteger, "", 1, kMaxWidth, "hidden_size"};
constexpr ConfigKey kPositions{"max_position_embeddings", ConfigKind::kInteger, "", 1, kMaxRows};
constexpr ConfigKey kEncoderLayers{"encoder_layers", ConfigKind::kInteger, "", 0, kMaxLayers, "num_hidden_layers"};
constexpr ConfigKey kDecoderLayers{"decoder_layers", ConfigKind::kInteger, "", 0, kMaxLayers};
constexpr ConfigKey kEncoderHeads{"encoder_attention_heads", ConfigKind::kInteger, "", 1, kMaxWidth,
                                  "num_attention_heads"};
constexpr ConfigKey kDecoderHeads{"decoder_attention_heads", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kEncoderInner{"encoder_ffn_dim", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kDecoderInner{"decoder_ffn_dim", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kActivation{"activation_function", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kDropout{"dropout", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kSoftmaxDropout{"attention_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kActivationDropout{"activation_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kEncoderLayerDrop{"encoder_layerdrop", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kDecoderLayerDrop{"decoder_layerdrop", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kScalesEmbedding{"scale_embedding", ConfigKind::kFlag, "false"};
constexpr ConfigKey kPadding{"pad_token_id", ConfigKind::kInteger, "1", -kMaxRows, kMaxRows, "", true};
constexpr ConfigKey kMarianPadding{"pad_token_id", ConfigKind::kInteger, "58100", -kMaxRows, kMaxRows, "", true};
constexpr ConfigKey kSharesTables{"share_encoder_decoder_embeddings", ConfigKind::kFlag, "true"};
constexpr ConfigKey kDecoderVocabSize{"decoder_vocab_size", ConfigKind::kInteger, "null", 1, kMaxRows};
constexpr std::array kKeys{kVocabSize,       kWidth,          kPositions,         kEncoderLayers,    kDecoderLayers,
                           kEncoderHeads,    kDecoderHeads,   kEncoderInner,      kDecoderInner,     kActivation,
                           kDropout,         kSoftmaxDropout, kActivationDropout, kEncoderLayerDrop, kDecoderLayerDrop,
                           kScalesEmbedding, kPadding,        kInitStd,           kTieWordEmbeddings};
constexpr std::array kMarianKeys{
    kVocabSize,       kWidth,          kPositions,         kEncoderLayers,     kDecoderLayers,
    kEncoderHeads,    kDecoderHeads,   kEncoderInner,      kDecoderInner,      kActivation,
    kDropout,         kSoftmaxDropout, kActivationDropout, kEncoderLayerDrop,  kDecoderLayerDrop,
    kScalesEmbedding, kMarianPadding,  kInitStd,           kTieWordEmbeddings, kSharesTables,
    kDecoderVocabSize};

// How the families differ.
struct Style {
  bool has_norms_first = false;  // before each part of a layer, and at the end of the stack
  bool has_embedding_norm = false;
  bool has_sines = false;  // of positions
  const ConfigKey* padding = &kPadding;
};

struct StackShape {
  int64_t width = 0, num_layers = 0, num_heads = 0, inner_width = 0;
  bool is_decoder = false;
  Style style;
};

StackShape stack_shape(const ModelConfig& config, bool is_decoder, const Style& style) {
  return {.width = config.integer(kWidth),
          .num_layers = config.integer(is_decoder ? kDecoderLayers : kEncoderLayers),
          .num_heads = config.integer(is_decoder ? kDecoderHeads : kEncoderHeads),
          .inner_width = config.integer(is_decoder ? kDecoderInner : kEncoderInner),
          .is_decoder = is_decoder,
          .style = style};
}

std::shared_ptr<nn::LayerNorm> norm_of(const StackShape& shape) {
  return std::make_shared<nn::LayerNorm>(shape.width, kNormEps);
}

// The linears of attention, in HF's order.
class AttentionLinears : public torch::nn::Module {
 public:
  explicit AttentionLinears(int64_t width) {
    key_ = add("k_proj", width);
    value_ = add("v_proj", width);
    query_ = add("q_proj", width);
    out_ = add("out_proj", width);
  }

  const at::Tensor& bias() const { return out_->bias; }

 protected:
  std::shared_ptr<nn::JoinedLinear> joined(const char* name, std::vector<std::shared_ptr<nn::Linear>> linears) {
    return register_module(name, std::make_shared<nn::JoinedLinear>(std::move(linears), /*has_values=*/false));
  }

  std::shared_ptr<nn::Linear> key_, value_, query_, out_;

 private:
  std::shared_ptr<nn::Linear> add(const char* name, int64_t width) {
    return register_module(name, std::make_shared<nn::Linear>(width, width));
  }
};

// The module "self_attn".
class SelfAttention final : public AttentionLinears {
 public:
  SelfAttention(const ModelConfig& config, const StackShape& shape, int64_t layer, nn::DropoutSites& sites)
      : AttentionLinears(shape.width), is_decoder_(shape.is_decoder), attention_(layer, rule_of(config, shape), sites) {
    qkv_ = joined("qkv", {query_, key_, value_});
  }

  // Returns the output [T, C] without its bias.
  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    return out_->product(attention_.forward(qkv_->forward(x), stream, context, {}, /*is_causal=*/is_decoder_));
  }

 private:
  static DecoderAttentionRule rule_of(const ModelConfig& config, const StackShape& shape) {
    return {.heads = {shape.num_heads, shape.num_heads, shape.width / shape.num_heads},
            .window = {},
            .positions = {},
            .dropout = config.number(kSoftmaxDropout)};
  }

  bool is_decoder_;
  DecoderAttention attention_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
};

// The module "encoder_attn".
class CrossAttention final : public AttentionLinears {
 public:
  CrossAttention(const ModelConfig& config, const StackShape& shape, int64_t layer, nn::DropoutSites& sites)
      : AttentionLinears(shape.width),
        attention_(layer, {shape.num_heads, shape.width / shape.num_heads, 0, config.number(kSoftmaxDropout)}, sites) {
    key_value_ = joined("kv", {key_, value_});
  }

  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    return out_->product(attention_.forward(query_->forward(x), *key_value_, stream, context));
  }
  at::Tensor keys(const at::Tensor& memory) const { return key_value_->forward(memory); }

 private:
  MemoryAttention attention_;
  std::shared_ptr<nn::JoinedLinear> key_value_;
};

class Layer : public torch::nn::Module {
 public:
  Layer(const ModelConfig& config, const StackShape& shape, int64_t index, nn::DropoutSites& sites)
      : has_norms_first_(shape.style.has_norms_first),
        activation_(nn::find_activation(config.text(kActivation))),
        self_dropout_(config.number(kDropout), sites),
        cross_dropout_(config.number(kDropout), sites),
        activation_dropout_(config.number(kActivationDropout), sites),
        feed_forward_dropout_(config.number(kDropout), sites) {
    self_ = register_module("self_attn", std::make_shared<SelfAttention>(config, shape, index, sites));
    self_norm_ = register_module("self_attn_layer_norm", norm_of(shape));
    if (shape.is_decoder) {
      cross = register_module("encoder_attn", std::make_shared<CrossAttention>(config, shape, index, sites));
      cross_norm_ = register_module("encoder_attn_layer_norm", norm_of(shape));
    }
    in_ = register_module("fc1", std::make_shared<nn::Linear>(shape.width, shape.inner_width));
    out_ = register_module("fc2", std::make_shared<nn::Linear>(shape.inner_width, shape.width));
    norm_ = register_module("final_layer_norm", norm_of(shape));
  }

  at::Tensor forward(const Stream& stream, const nn::ForwardContext& context) const {
    return has_norms_first_ ? with_norms_first(stream, context) : with_norms_behind(stream, context);
  }

  std::shared_ptr<CrossAttention> cross;  // null in an encoder

 private:
  at::Tensor with_norms_behind(const Stream& stream, const nn::ForwardContext& context) const {
    const auto after = [&](const nn::LayerNorm& norm, const at::Tensor& product, const at::Tensor& bias,
                           const at::Tensor& residual, const nn::Dropout& dropout) {
      return norm.forward(product, bias, residual, dropout.active_p(context), dropout.stream(context));
    };
    at::Tensor x = after(*self_norm_, self_->product(stream.x, stream, context), self_->bias(),
                         tensor::returned_rows(stream.x, stream.packing), self_dropout_);
    if (cross) x = after(*cross_norm_, cross->product(x, stream, context), cross->bias(), x, cross_dropout_);
    return after(*norm_, feed_forward(x, context), out_->bias, x, feed_forward_dropout_);  // [T, C]
  }

  at::Tensor with_norms_first(const Stream& stream, const nn::ForwardContext& context) const {
    const auto after = [&](const nn::LayerNorm& norm, const at::Tensor& product, const at::Tensor& bias,
                           const at::Tensor& residual, const nn::Dropout& dropout) {
      return norm.sum_and_norm(product, bias, residual, dropout.active_p(context), dropout.stream(context));
    };
    tensor::NormResult state =
        after(cross ? *cross_norm_ : *norm_, self_->product(self_norm_->forward(stream.x), stream, context),
              self_->bias(), tensor::returned_rows(stream.x, stream.packing), self_dropout_);
    if (cross) {
      state = after(*norm_, cross->product(state.normed, stream, context), cross->bias(), state.sum, cross_dropout_);
    }
    const at::Tensor product = feed_forward(state.normed, context);
    return state.sum + feed_forward_dropout_(product + out_->bias.to(product.scalar_type()), context);  // [T, C]
  }

  // Returns the output of the feed-forward block without its bias.
  at::Tensor feed_forward(const at::Tensor& x, const nn::ForwardContext& context) const {
    nn::ActivatedInput input{in_->product(x), in_->bias, activation_};
    if (activation_dropout_.active_p(context) == 0) return out_->product(std::move(input));
    return out_->product(activation_dropout_(activation_.apply(input.x, input.bias), context));
  }

  bool has_norms_first_;
  const nn::Activation& activation_;
  nn::Dropout self_dropout_, cross_dropout_, activation_dropout_, feed_forward_dropout_;
  std::shared_ptr<SelfAttention> self_;
  std::shared_ptr<nn::Linear> in_, out_;
  std::shared_ptr<nn::LayerNorm> self_norm_, cross_norm_, norm_;
};

// [positions, C]: the sines of the first half of the frequencies' columns, then the cosines.
at::Tensor sine_positions(int64_t num_positions, int64_t width) {
  const auto angles = [&](int64_t count) {
    const at::Tensor exponents = at::arange(count, at::kDouble) * (2.0 / static_cast<double>(width));
    return at::arange(num_positions, at::kDouble).unsqueeze(1) / at::pow(10000.0, exponents).unsqueeze(0);
  };
  return at::cat({at::sin(angles((width + 1) / 2)), at::cos(angles(width / 2))}, 1).to(at::kFloat);
}

class BartStack final : public Stack {
 public:
  BartStack(const ModelConfig& config, const StackShape& shape, nn::DropoutSites& sites)
      : scale_(config.flag(kScalesEmbedding) ? std::sqrt(static_cast<double>(shape.width)) : 1),
        dropout_(config.number(kDropout), sites) {
    register_module("embed_tokens", std::make_shared<DiscardedTable>(config.integer(kVocabSize), shape.width));
    add_positions(config.integer(kPositions), shape);
    layers_ = register_module("layers", std::make_shared<nn::ModuleList<Layer>>());
    for (int64_t i = 0; i < shape.num_layers; ++i) {
      layers_->append(std::make_shared<Layer>(config, shape, i, sites));
    }
    if (shape.style.has_embedding_norm) embedding_norm_ = register_module("layernorm_embedding", norm_of(shape));
    if (shape.style.has_norms_first) norm_ = register_module("layer_norm", norm_of(shape));
  }

  at::Tensor begin(const Tokens& tokens, const nn::Embedding& words, const nn::ForwardContext& context) const override {
    const at::Tensor positions = tensor::on_device(tokens.packing.positions(), tokens.ids.device());
    const at::Tensor of_words = tensor::embedding_rows({words.rows(tokens.ids)}, scale_, context.dtype);
    const at::Tensor sum =
        of_words + (positions_
                        ? tensor::embedding_rows({positions_->rows(positions + kPositionsBefore)}, 1, context.dtype)
                        : tensor::on_device(sines_, positions.device()).index_select(0, positions).to(context.dtype));
    return dropout_(embedding_norm_ ? embedding_norm_->forward(sum) : sum, context);
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream, context);
  }
  at::Tensor end(const at::Tensor& x, const nn::ForwardContext&) const override {
    return norm_ ? norm_->forward(x) : x;
  }
  at::Tensor source_keys(int64_t index, const at::Tensor& memory) const override {
    return (*layers_)[index].cross->keys(memory);
  }

 private:
  void add_positions(int64_t num_positions, const StackShape& shape) {
    if (!shape.style.has_sines) {
      positions_ = register_module("embed_positions",
                                   std::make_shared<nn::Embedding>(num_positions + kPositionsBefore, shape.width));
      return;
    }
    register_module("embed_positions", std::make_shared<DiscardedTable>(num_positions, shape.width));
    sines_ = sine_positions(num_positions, shape.width);
  }

  double scale_;
  nn::Dropout dropout_;
  std::shared_ptr<nn::Embedding> positions_;
  at::Tensor sines_;
  std::shared_ptr<nn::ModuleList<Layer>> layers_;
  std::shared_ptr<nn::LayerNorm> embedding_norm_, norm_;
};

void check_layer_drop(const ModelConfig& config, const ConfigKey& key) {
  if (config.number(key) == 0) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"{}\" is {}", config.source(), key.name, config.number(key)),
              fmt::format("hone computes every layer; set \"{}\" to 0", key.name));
}

std::shared_ptr<Body> made(const ModelConfig& config, nn::DropoutSites& sites, const Style& style) {
  check_layer_drop(config, kEncoderLayerDrop);
  check_layer_drop(config, kDecoderLayerDrop);
  const StackShape encoder = stack_shape(config, /*is_decoder=*/false, style);
  const StackShape decoder = stack_shape(config, /*is_decoder=*/true, style);
  for (const StackShape& shape : {encoder, decoder}) {
    check_head_width(config, shape.width, shape.num_heads);
    check_heads({shape.num_heads, shape.num_heads, shape.width / shape.num_heads}, config.source());
  }
  const BodyTraits traits{.width = encoder.width,
                          .num_layers = encoder.num_layers + decoder.num_layers,
                          .vocab_size = config.integer(kVocabSize),
                          .max_length = config.integer(kPositions),
                          .num_kv_heads = decoder.num_heads,
                          .kv_head_width = decoder.width / decoder.num_heads,
                          .num_encoder_layers = encoder.num_layers};
  const auto words =
      std::make_shared<nn::Embedding>(traits.vocab_size, traits.width, padding_id(config, kVocabSize, *style.padding));
  const auto encoder_stack = std::make_shared<BartStack>(config, encoder, sites);
  return std::make_shared<EncoderDecoderBody>(traits, words, encoder_stack,
                                              std::make_shared<BartStack>(config, decoder, sites));
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }
std::span<const ConfigKey> marian_config_keys() { return kMarianKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  return made(config, sites, {.has_embedding_norm = true});
}

std::shared_ptr<Body> make_mbart_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  return made(config, sites, {.has_norms_first = true, .has_embedding_norm = true});
}

std::shared_ptr<Body> make_marian_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  const int64_t num_words = config.integer(kVocabSize);
  if (!config.flag(kSharesTables) || config.optional_integer(kDecoderVocabSize).value_or(num_words) != num_words) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: encoder and decoder have tables of words of their own", config.source()),
                "hone computes models with \"share_encoder_decoder_embeddings\"");
  }
  return made(config, sites, {.has_sines = true, .padding = &kMarianPadding});
}

std::unique_ptr<Head> make_seq2seq_head(const HeadParts& parts, const ModelConfig&) {
  return seq2seq_lm_head(parts, {.has_bias = true});
}

}  // namespace hone::model::bart
