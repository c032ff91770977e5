// Packed tokens: T tokens, C width, F width of the feed-forward block. The names in register_module are parts of HF's
// checkpoint keys, except "qkv" and "gate_and_up", which have no parameters.
#include "model/nomic_bert.h"

#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/encoder_blocks.h"
#include "model/masked_lm.h"
#include "model/rope_config.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::nomic_bert {

namespace {

constexpr ConfigKey kHiddenSize{"hidden_size", ConfigKind::kInteger, "", 1, kMaxWidth, "n_embd"};
constexpr ConfigKey kNumLayers{"num_hidden_layers", ConfigKind::kInteger, "", 0, kMaxLayers, "n_layer"};
constexpr ConfigKey kNumHeads{"num_attention_heads", ConfigKind::kInteger, "", 1, kMaxWidth, "n_head"};
constexpr ConfigKey kHeadDim{"head_dim", ConfigKind::kInteger, "null", 1, kMaxWidth};
constexpr ConfigKey kIntermediateSize{"intermediate_size", ConfigKind::kInteger, "", 1, kMaxWidth, "n_inner"};
constexpr ConfigKey kMaxPositions{"max_position_embeddings", ConfigKind::kInteger, "", 1, kMaxRows, "n_positions"};
constexpr ConfigKey kHiddenAct{"hidden_act", ConfigKind::kText, "\"silu\""};
constexpr ConfigKey kHiddenDropout{"hidden_dropout_prob", ConfigKind::kNumber, "0.0", 0, 1, "resid_pdrop"};
constexpr ConfigKey kAttentionDropout{"attention_probs_dropout_prob", ConfigKind::kNumber, "0.0", 0, 1, "attn_pdrop"};
constexpr ConfigKey kClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kLayerNormEps{"layer_norm_eps", ConfigKind::kNumber, "1e-12", 0, 1, "layer_norm_epsilon"};
constexpr ConfigKey kTheta{"rope_theta", ConfigKind::kNumber, "1000.0", 1, 1e15, "rotary_emb_base"};
constexpr std::array kKeys{kVocabSize,        kHiddenSize,        kNumLayers,     kNumHeads,  kHeadDim,
                           kIntermediateSize, kMaxPositions,      kTypeVocabSize, kHiddenAct, kHiddenDropout,
                           kAttentionDropout, kClassifierDropout, kLayerNormEps,  kTheta,     kInitializerRange,
                           kPadTokenId,       kTieWordEmbeddings};

int64_t head_width_of(const ModelConfig& config) {
  const std::optional<int64_t> given = config.optional_integer(kHeadDim);
  if (given) return *given;
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  return config.integer(kHiddenSize) / config.integer(kNumHeads);
}

std::shared_ptr<nn::LayerNorm> layer_norm(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kLayerNormEps));
}

std::shared_ptr<nn::Linear> without_bias(int64_t in_features, int64_t out_features) {
  return std::make_shared<nn::Linear>(in_features, out_features, /*has_bias=*/false);
}

class Embeddings : public torch::nn::Module {
 public:
  Embeddings(const ModelConfig& config, nn::DropoutSites& sites) : dropout_(config.number(kHiddenDropout), sites) {
    const int64_t width = config.integer(kHiddenSize);
    word_ = register_module("word_embeddings", std::make_shared<nn::Embedding>(config.integer(kVocabSize), width,
                                                                               padding_id(config, kVocabSize)));
    type_ = register_module("token_type_embeddings",
                            std::make_shared<nn::Embedding>(config.integer(kTypeVocabSize), width));
    norm_ = register_module("LayerNorm", layer_norm(config));
  }

  at::Tensor forward(const Tokens& tokens, const nn::ForwardContext& context) const {
    const at::Tensor types = tokens.type_ids.defined() ? tokens.type_ids : at::zeros_like(tokens.ids);
    return nn::embedding_sum({word_->rows(tokens.ids), type_->rows(types)}, *norm_, dropout_, context);  // [T, C]
  }

 private:
  std::shared_ptr<nn::Embedding> word_, type_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class Attention : public torch::nn::Module {
 public:
  Attention(const ModelConfig& config, nn::DropoutSites& sites, std::shared_ptr<const nn::RotaryPositions> positions)
      : num_heads_(config.integer(kNumHeads)),
        positions_(std::move(positions)),
        dropout_(config.number(kAttentionDropout), sites) {
    const int64_t width = config.integer(kHiddenSize), inner = num_heads_ * head_width_of(config);
    query_ = register_module("q_proj", without_bias(width, inner));
    key_ = register_module("k_proj", without_bias(width, inner));
    value_ = register_module("v_proj", without_bias(width, inner));
    out_ = register_module("o_proj", without_bias(inner, width));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    return out_->product(tensor::attention(qkv_->forward(x), packing,
                                           {.num_heads = num_heads_,
                                            .num_kv_heads = num_heads_,
                                            .rotary = positions_->angles(packing.max_length()),
                                            .p = dropout_.active_p(context),
                                            .stream = dropout_.stream(context)}));  // [T, C]
  }

 private:
  int64_t num_heads_;
  std::shared_ptr<const nn::RotaryPositions> positions_;
  nn::Dropout dropout_;
  std::shared_ptr<nn::Linear> query_, key_, value_, out_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
};

// down(activation(gate(x)) * up(x)): SwiGLU with the default activation.
class FeedForward : public torch::nn::Module {
 public:
  explicit FeedForward(const ModelConfig& config) : activation_(nn::find_activation(config.text(kHiddenAct))) {
    const int64_t width = config.integer(kHiddenSize), inner = config.integer(kIntermediateSize);
    gate_ = register_module("gate_proj", without_bias(width, inner));
    up_ = register_module("up_proj", without_bias(width, inner));
    down_ = register_module("down_proj", without_bias(inner, width));
    gate_and_up_ = register_module("gate_and_up", std::make_shared<nn::JoinedLinear>(std::vector{gate_, up_}));
  }

  at::Tensor forward(const at::Tensor& x) const {
    return down_->product(nn::GatedInput{gate_and_up_->forward(x), activation_});  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> gate_, up_, down_;
  std::shared_ptr<nn::JoinedLinear> gate_and_up_;
};

class Layer : public torch::nn::Module {
 public:
  Layer(const ModelConfig& config, nn::DropoutSites& sites, std::shared_ptr<const nn::RotaryPositions> positions)
      : attention_dropout_(config.number(kHiddenDropout), sites),
        feed_forward_dropout_(config.number(kHiddenDropout), sites) {
    // HF's class makes its modules, and draws their weights, in this order.
    attention_norm_ = register_module("post_attention_layernorm", layer_norm(config));
    feed_forward_ = register_module("mlp", std::make_shared<FeedForward>(config));
    attention_ = register_module("self_attn", std::make_shared<Attention>(config, sites, std::move(positions)));
    feed_forward_norm_ = register_module("post_mlp_layernorm", layer_norm(config));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor attended =
        attention_norm_->forward(attention_->forward(x, packing, context), {}, tensor::returned_rows(x, packing),
                                 attention_dropout_.active_p(context), attention_dropout_.stream(context));
    return feed_forward_norm_->forward(feed_forward_->forward(attended), {}, attended,
                                       feed_forward_dropout_.active_p(context),
                                       feed_forward_dropout_.stream(context));  // [T, C]
  }

 private:
  nn::Dropout attention_dropout_, feed_forward_dropout_;
  std::shared_ptr<nn::LayerNorm> attention_norm_, feed_forward_norm_;
  std::shared_ptr<FeedForward> feed_forward_;
  std::shared_ptr<Attention> attention_;
};

class NomicBertBody final : public Body {
 public:
  using Positions = std::shared_ptr<const nn::RotaryPositions>;
  NomicBertBody(const ModelConfig& config, const Positions& positions, nn::DropoutSites& sites, bool has_pooler)
      : Body(with_positions({.width = config.integer(kHiddenSize),
                             .num_layers = config.integer(kNumLayers),
                             .vocab_size = config.integer(kVocabSize),
                             .num_token_types = config.integer(kTypeVocabSize)},
                            {positions})) {
    embeddings_ = register_module("embeddings", std::make_shared<Embeddings>(config, sites));
    if (has_pooler) pooler_ = register_module("pooler", std::make_shared<FirstTokenPooler>(traits().width));
    layers_ = register_module("layers", std::make_shared<nn::ModuleList<Layer>>());
    for (int64_t i = 0; i < config.integer(kNumLayers); ++i) {
      layers_->append(std::make_shared<Layer>(config, sites, positions));
    }
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream.x, stream.packing, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (pooler_) hidden.pooled = pooler_->forward(hidden.tokens, hidden.packing);
    return hidden;
  }

 private:
  std::shared_ptr<Embeddings> embeddings_;
  std::shared_ptr<FirstTokenPooler> pooler_;
  std::shared_ptr<nn::ModuleList<Layer>> layers_;
};

// A key of the first checkpoints, and its value in the models that transformers computes.
struct FixedKey {
  const char* name;
  Json value;
};

void check_first_checkpoints(const ModelConfig& config) {
  const FixedKey fixed[] = {{"activation_function", "swiglu"},
                            {"causal", false},
                            {"mlp_fc1_bias", false},
                            {"mlp_fc2_bias", false},
                            {"moe_every_n_layers", 0},
                            {"prenorm", false},
                            {"qkv_proj_bias", false},
                            {"rotary_emb_fraction", 1.0},
                            {"rotary_emb_interleaved", false},
                            {"rotary_emb_scale_base", nullptr},
                            {"use_rms_norm", false}};
  for (const auto& [name, value] : fixed) {
    const auto given = config.json().find(name);
    if (given == config.json().end() || *given == value || given->is_null()) continue;
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"{}\" is {}", config.source(), name,
                            given->dump(-1, ' ', false, Json::error_handler_t::replace)),
                fmt::format("hone computes NomicBERT as transformers does, with {}", value.dump()));
  }
}

double classifier_dropout(const ModelConfig& config) {
  return config.optional_number(kClassifierDropout).value_or(config.number(kHiddenDropout));
}

constexpr MaskedLmNames kMaskedLm{"cls.predictions.transform.dense",
                                  "cls.predictions.transform.layer_norm",
                                  {"cls.predictions.decoder", "cls.predictions.bias"}};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  check_first_checkpoints(config);
  const auto positions = rotary_positions(config, {"", kTheta}, head_width_of(config), config.integer(kMaxPositions));
  return std::make_shared<NomicBertBody>(config, positions, sites, has_pooler);
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

}  // namespace hone::model::nomic_bert
