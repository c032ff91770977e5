// The names in register_module are parts of HF's checkpoint keys, except "qkv", which has no parameters. The modules
// are registered in HF's order.
#include "model/decoder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <utility>

#include "model/gated_feed_forward.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/embedding.h"
#include "tensor/packing.h"

namespace hone::model {

namespace {

std::shared_ptr<nn::RmsNorm> norm_of(const DecoderShape& shape, int64_t width) {
  return std::make_shared<nn::RmsNorm>(width, shape.norm_eps, shape.norm_centre);
}

// The module "self_attn".
class SelfAttention : public torch::nn::Module {
 public:
  SelfAttention(const DecoderShape& shape, int64_t layer, nn::DropoutSites& sites)
      : head_norm_(shape.head_norm),
        attention_(layer, rule_of(shape, shape.layers[static_cast<size_t>(layer)]), sites) {
    if (shape.is_joined) add_out(shape);
    add_products(shape);
    if (!shape.is_joined) add_out(shape);
    if (head_norm_ == HeadNorm::kNone) return;
    const bool has_each = head_norm_ == HeadNorm::kEachHead;
    const DecoderHeads& heads = shape.heads;
    q_norm_ = register_module("q_norm", norm_of(shape, has_each ? heads.head_width : heads.q_width()));
    k_norm_ = register_module("k_norm", norm_of(shape, has_each ? heads.head_width : heads.kv_width()));
  }

  // Returns the output [T, C] without the bias of o_proj, for operations that add it.
  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    const at::Tensor qkv = joined_ ? joined_->forward(x) : qkv_->forward(x);
    return out_->product(attention_.forward(head_norm_ == HeadNorm::kNone ? qkv : normed(qkv), stream, context));
  }
  const at::Tensor& bias() const { return out_->bias; }

 private:
  static DecoderAttentionRule rule_of(const DecoderShape& shape, const DecoderLayerShape& layer) {
    return {.heads = shape.heads,
            .window = layer.window,
            .positions = layer.positions,
            .scale = shape.attention_scale,
            .soft_cap = shape.attention_cap,
            .dropout = shape.attention_dropout};
  }

  std::shared_ptr<nn::Linear> add(const char* name, int64_t in_features, int64_t out_features, bool has_bias) {
    return register_module(name, std::make_shared<nn::Linear>(in_features, out_features, has_bias));
  }
  void add_out(const DecoderShape& shape) {
    out_ = add("o_proj", shape.heads.q_width(), shape.traits.width, shape.has_out_bias);
  }
  void add_products(const DecoderShape& shape) {
    const int64_t width = shape.traits.width;
    if (shape.is_joined) {
      qkv_ = add("qkv_proj", width, shape.heads.qkv_width(), shape.has_qkv_bias);
      return;
    }
    const auto query = add("q_proj", width, shape.heads.q_width(), shape.has_qkv_bias);
    const auto key = add("k_proj", width, shape.heads.kv_width(), shape.has_qkv_bias);
    const auto value = add("v_proj", width, shape.heads.kv_width(), shape.has_qkv_bias);
    joined_ = register_module("qkv",
                              std::make_shared<nn::JoinedLinear>(std::vector{query, key, value}, /*has_values=*/false));
  }

  // qkv with the norms of q and k.
  at::Tensor normed(const at::Tensor& qkv) const {
    const DecoderHeads& heads = attention_.rule().heads;
    const auto parts = qkv.split_with_sizes({heads.q_width(), heads.kv_width(), heads.kv_width()}, 1);
    const auto norm = [&](const at::Tensor& part, const nn::RmsNorm& of_part) {
      if (head_norm_ == HeadNorm::kAllHeads) return of_part.forward(part);
      return of_part.forward(part.reshape({part.size(0), -1, heads.head_width})).flatten(1);
    };
    return at::cat({norm(parts[0], *q_norm_), norm(parts[1], *k_norm_), parts[2]}, 1);
  }

  HeadNorm head_norm_;
  DecoderAttention attention_;
  std::shared_ptr<nn::Linear> qkv_, out_;
  std::shared_ptr<nn::JoinedLinear> joined_;
  std::shared_ptr<nn::RmsNorm> q_norm_, k_norm_;
};

class DecoderLayer : public torch::nn::Module {
 public:
  DecoderLayer(const DecoderShape& shape, int64_t index, nn::DropoutSites& sites)
      : attention_dropout_(shape.residual_dropout, sites), feed_forward_dropout_(shape.residual_dropout, sites) {
    attention_ = register_module("self_attn", std::make_shared<SelfAttention>(shape, index, sites));
    if (shape.layers[static_cast<size_t>(index)].has_experts) {
      experts_ = register_module("mlp", std::make_shared<ExpertFeedForward>(shape.experts));
    } else {
      feed_forward_ =
          register_module("mlp", std::make_shared<GatedFeedForward>(FeedForwardShape{.width = shape.traits.width,
                                                                                     .inner_width = shape.inner_width,
                                                                                     .activation = shape.activation,
                                                                                     .has_bias = shape.has_mlp_bias,
                                                                                     .is_joined = shape.is_joined}));
    }
    add_norms(shape);
  }

  at::Tensor forward(const Stream& stream, const nn::ForwardContext& context) const {
    const at::Tensor product =
        attention_->product(before_attention_ ? before_attention_->forward(stream.x) : stream.x, stream, context);
    const auto [sum, input] = first_half(tensor::returned_rows(stream.x, stream.packing), product, context);
    at::Tensor result = experts_ ? experts_->forward(input, stream.balance.get()) : feed_forward_->forward(input);
    if (behind_feed_forward_) result = behind_feed_forward_->forward(result);
    return sum + feed_forward_dropout_(result, context);  // [T, C]
  }

 private:
  // Returns the stream behind the attention, and the input of the feed-forward block.
  tensor::NormResult first_half(const at::Tensor& x, const at::Tensor& product,
                                const nn::ForwardContext& context) const {
    if (!behind_attention_) {
      return before_feed_forward_->sum_and_norm(product, attention_->bias(), x, attention_dropout_.active_p(context),
                                                attention_dropout_.stream(context));
    }
    const at::Tensor& bias = attention_->bias();
    const at::Tensor normed =
        behind_attention_->forward(bias.defined() ? product + bias.to(product.scalar_type()) : product);
    if (before_feed_forward_) return before_feed_forward_->sum_and_norm(normed, {}, x, 0, {});
    const at::Tensor sum = x + normed;
    return {sum, sum};
  }

  void add_norms(const DecoderShape& shape) {
    const auto add = [&](const char* name) { return register_module(name, norm_of(shape, shape.traits.width)); };
    switch (shape.norm_place) {
      case NormPlace::kBefore:
        before_attention_ = add("input_layernorm");
        before_feed_forward_ = add("post_attention_layernorm");
        return;
      case NormPlace::kBehind:
        behind_attention_ = add("post_attention_layernorm");
        behind_feed_forward_ = add("post_feedforward_layernorm");
        return;
      case NormPlace::kBoth:
        before_attention_ = add("input_layernorm");
        behind_attention_ = add("post_attention_layernorm");
        before_feed_forward_ = add("pre_feedforward_layernorm");
        behind_feed_forward_ = add("post_feedforward_layernorm");
    }
  }

  nn::Dropout attention_dropout_, feed_forward_dropout_;
  std::shared_ptr<SelfAttention> attention_;
  std::shared_ptr<GatedFeedForward> feed_forward_;
  std::shared_ptr<ExpertFeedForward> experts_;
  std::shared_ptr<nn::RmsNorm> before_attention_, behind_attention_, before_feed_forward_, behind_feed_forward_;
};

BodyTraits traits_of(const DecoderShape& shape) {
  BodyTraits traits = shape.traits;
  traits.num_kv_heads = shape.heads.num_kv_heads;
  traits.kv_head_width = shape.heads.head_width;
  return traits;
}

class DecoderBody final : public Body {
 public:
  DecoderBody(const DecoderShape& shape, nn::DropoutSites& sites)
      : Body(traits_of(shape)), embedding_scale_(shape.embedding_scale), balance_factor_(shape.balance_factor) {
    words_ = register_module(
        "embed_tokens", std::make_shared<nn::Embedding>(shape.traits.vocab_size, shape.traits.width, shape.padding));
    layers_ = register_module("layers", std::make_shared<nn::ModuleList<DecoderLayer>>());
    for (int64_t i = 0; i < shape.traits.num_layers; ++i) {
      layers_->append(std::make_shared<DecoderLayer>(shape, i, sites));
    }
    norm_ = register_module("norm", norm_of(shape, shape.traits.width));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {.x = tensor::embedding_rows({words_->rows(inputs.text.ids)}, embedding_scale_, context.dtype),
            .packing = inputs.text.packing,
            .balance = balance_factor_ > 0 ? std::make_shared<BalanceSums>() : nullptr};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = norm_->forward(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (stream.balance && stream.balance->num_rows > 0) {
      hidden.balance_loss = balance_loss(*stream.balance) * balance_factor_;
    }
    return hidden;
  }

 private:
  double embedding_scale_, balance_factor_;
  std::shared_ptr<nn::Embedding> words_;
  std::shared_ptr<nn::ModuleList<DecoderLayer>> layers_;
  std::shared_ptr<nn::RmsNorm> norm_;
};

}  // namespace

std::shared_ptr<Body> make_decoder(const DecoderShape& shape, nn::DropoutSites& sites) {
  return std::make_shared<DecoderBody>(shape, sites);
}

}  // namespace hone::model
