// The names in register_module are parts of HF's checkpoint keys, except "qkv", "kv" and "gate_and_up", which have no
// parameters. F width of the feed-forward block.
#include "model/t5.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/decoder_attention.h"
#include "model/distance_buckets.h"
#include "model/encoder_decoder.h"
#include "model/seq2seq_lm.h"
#include "nn/activation.h"
#include "nn/joined_linear.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "nn/rms_norm.h"
#include "tensor/attention.h"
#include "tensor/embedding.h"
#include "tensor/kv_cache.h"
#include "tensor/packing.h"

namespace hone::model::t5 {

namespace {

constexpr ConfigKey kWidth{"d_model", ConfigKind::kInteger, "", 1, kMaxWidth, "hidden_size"};
constexpr ConfigKey kHeadWidth{"d_kv", ConfigKind::kInteger, "", 1, kMaxWidth, "head_dim"};
constexpr ConfigKey kInner{"d_ff", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kLayers{"num_layers", ConfigKind::kInteger, "", 0, kMaxLayers, "num_hidden_layers"};
constexpr ConfigKey kDecoderLayers{"num_decoder_layers", ConfigKind::kInteger, "null", 0, kMaxLayers};
constexpr ConfigKey kHeads{"num_heads", ConfigKind::kInteger, "", 1, kMaxWidth, "num_attention_heads"};
constexpr ConfigKey kBuckets{"relative_attention_num_buckets", ConfigKind::kInteger, "32", 4, kMaxRows};
constexpr ConfigKey kMaxDistance{"relative_attention_max_distance", ConfigKind::kInteger, "128", 1, kMaxRows};
constexpr ConfigKey kDropout{"dropout_rate", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kNormEps{"layer_norm_epsilon", ConfigKind::kNumber, "1e-6", 0, 1};
constexpr ConfigKey kFeedForward{"feed_forward_proj", ConfigKind::kText, "\"relu\""};
constexpr ConfigKey kScalesOutputs{"scale_decoder_outputs", ConfigKind::kFlag, "true"};
constexpr std::array kKeys{
    kVocabSize,   kWidth,   kHeadWidth, kInner,       kLayers, kDecoderLayers,     kHeads,        kBuckets,
    kMaxDistance, kDropout, kNormEps,   kFeedForward, kFactor, kTieWordEmbeddings, kScalesOutputs};

// "relu", or "gated-gelu": the activation, and whether a second product is multiplied with it.
struct FeedForwardKind {
  std::string activation;
  bool is_gated = false;
};

FeedForwardKind feed_forward_kind(const ModelConfig& config) {
  const std::string name = config.text(kFeedForward);
  const size_t dash = name.find('-');
  if (dash == std::string::npos) return {name, false};
  if (name.substr(0, dash) != "gated" || name.find('-', dash + 1) != std::string::npos) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"feed_forward_proj\" is \"{}\"", config.source(), name),
                "it is the name of an activation, or \"gated-\" and such a name");
  }
  return {name == "gated-gelu" ? "gelu_new" : name.substr(dash + 1), true};
}

double inverse_root(int64_t size) { return std::pow(static_cast<double>(size), -0.5); }

// Draws linears again, each with its own deviation, as HF's modules do after all linears were drawn.
class Redrawn : public torch::nn::Module, public nn::Drawn {
 public:
  void draw(const Wanted& wanted, double, at::Generator& generator) override {
    for (const auto& [name, weight, deviation] : weights_) {
      if (wanted(name)) at::Tensor(weight).normal_(0.0, deviation, generator);
    }
  }

 protected:
  explicit Redrawn(const ModelConfig& config) : factor_(config.number(kFactor)) {}

  std::shared_ptr<nn::Linear> add(const char* name, int64_t in_features, int64_t out_features, double deviation) {
    const auto linear =
        register_module(name, std::make_shared<nn::Linear>(in_features, out_features, /*has_bias=*/false));
    redraw(name, linear->weight, deviation);
    return linear;
  }
  void redraw(const char* name, const at::Tensor& weight, double deviation) {
    weights_.push_back({std::string(name) + ".weight", weight, factor_ * deviation});
  }

 private:
  struct Weight {
    std::string name;
    at::Tensor weight;
    double deviation = 0;
  };
  double factor_;
  std::vector<Weight> weights_;
};

class Norm final : public nn::RmsNorm {
 public:
  explicit Norm(const ModelConfig& config)
      : nn::RmsNorm(config.integer(kWidth), config.number(kNormEps)), factor_(config.number(kFactor)) {}
  void draw(const Wanted& wanted, double, at::Generator&) override {
    if (wanted("weight")) weight.fill_(factor_);
  }

 private:
  double factor_;
};

// The module "SelfAttention".
class SelfAttention final : public Redrawn {
 public:
  SelfAttention(const ModelConfig& config, int64_t layer, bool is_decoder, nn::DropoutSites& sites)
      : Redrawn(config), is_decoder_(is_decoder), attention_(layer, rule_of(config), sites) {
    const int64_t width = config.integer(kWidth), inner = attention_.rule().heads.q_width();
    const auto query = add("q", width, inner, inverse_root(width * config.integer(kHeadWidth)));
    const auto key = add("k", width, inner, inverse_root(width));
    const auto value = add("v", width, inner, inverse_root(width));
    out_ = add("o", inner, width, inverse_root(inner));
    if (layer == 0) {
      bias_ = register_module("relative_attention_bias",
                              std::make_shared<nn::Embedding>(config.integer(kBuckets), config.integer(kHeads)));
      redraw("relative_attention_bias", bias_->weight, inverse_root(width));
    }
    qkv_ = register_module("qkv",
                           std::make_shared<nn::JoinedLinear>(std::vector{query, key, value}, /*has_values=*/false));
  }

  // Returns the output [T, C].
  at::Tensor product(const at::Tensor& x, const Stream& stream, const tensor::DistanceTables& distances,
                     const nn::ForwardContext& context) const {
    return out_->product(attention_.forward(qkv_->forward(x), stream, context, distances, /*is_causal=*/is_decoder_));
  }

  // The biases of the first layer, which all layers add.
  at::Tensor bias() const { return bias_->weight.to(at::kFloat).t(); }  // [H, buckets]

 private:
  static DecoderAttentionRule rule_of(const ModelConfig& config) {
    const int64_t num_heads = config.integer(kHeads);
    return {.heads = {num_heads, num_heads, config.integer(kHeadWidth)},
            .window = {},
            .positions = {},
            .scale = 1,
            .dropout = config.number(kDropout)};
  }

  bool is_decoder_;
  DecoderAttention attention_;
  std::shared_ptr<nn::Linear> out_;
  std::shared_ptr<nn::Embedding> bias_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
};

// The module "EncDecAttention".
class CrossAttention final : public Redrawn {
 public:
  CrossAttention(const ModelConfig& config, int64_t layer, nn::DropoutSites& sites)
      : Redrawn(config),
        attention_(layer, {config.integer(kHeads), config.integer(kHeadWidth), 1, config.number(kDropout)}, sites) {
    const int64_t width = config.integer(kWidth), inner = config.integer(kHeads) * config.integer(kHeadWidth);
    query_ = add("q", width, inner, inverse_root(width * config.integer(kHeadWidth)));
    const auto key = add("k", width, inner, inverse_root(width));
    const auto value = add("v", width, inner, inverse_root(width));
    out_ = add("o", inner, width, inverse_root(inner));
    key_value_ =
        register_module("kv", std::make_shared<nn::JoinedLinear>(std::vector{key, value}, /*has_values=*/false));
  }

  at::Tensor product(const at::Tensor& x, const Stream& stream, const nn::ForwardContext& context) const {
    return out_->product(attention_.forward(query_->product(x), *key_value_, stream, context));
  }
  at::Tensor keys(const at::Tensor& memory) const { return key_value_->forward(memory); }

 private:
  MemoryAttention attention_;
  std::shared_ptr<nn::Linear> query_, out_;
  std::shared_ptr<nn::JoinedLinear> key_value_;
};

// The module "DenseReluDense".
class FeedForward final : public Redrawn {
 public:
  FeedForward(const ModelConfig& config, nn::DropoutSites& sites)
      : FeedForward(config, feed_forward_kind(config), sites) {}

  at::Tensor forward(const at::Tensor& x, const nn::ForwardContext& context) const {
    if (joined_) {
      nn::GatedInput input{joined_->forward(x), activation_};
      if (dropout_.active_p(context) == 0) return out_->product(std::move(input));
      return out_->product(dropout_(input.apply(), context));
    }
    nn::ActivatedInput input{in_->product(x), {}, activation_};
    if (dropout_.active_p(context) == 0) return out_->product(std::move(input));
    return out_->product(dropout_(activation_.apply(input.x, {}), context));
  }

 private:
  FeedForward(const ModelConfig& config, const FeedForwardKind& kind, nn::DropoutSites& sites)
      : Redrawn(config), activation_(nn::find_activation(kind.activation)), dropout_(config.number(kDropout), sites) {
    const int64_t width = config.integer(kWidth), inner = config.integer(kInner);
    std::shared_ptr<nn::Linear> up;
    in_ = add(kind.is_gated ? "wi_0" : "wi", width, inner, inverse_root(width));
    if (kind.is_gated) up = add("wi_1", width, inner, inverse_root(width));
    out_ = add("wo", inner, width, inverse_root(inner));
    if (!kind.is_gated) return;
    joined_ =
        register_module("gate_and_up", std::make_shared<nn::JoinedLinear>(std::vector{in_, up}, /*has_values=*/false));
  }

  const nn::Activation& activation_;
  nn::Dropout dropout_;
  std::shared_ptr<nn::Linear> in_, out_;
  std::shared_ptr<nn::JoinedLinear> joined_;
};

class Block : public torch::nn::Module {
 public:
  Block(const ModelConfig& config, int64_t index, bool is_decoder, nn::DropoutSites& sites)
      : self_dropout_(config.number(kDropout), sites),
        cross_dropout_(config.number(kDropout), sites),
        feed_forward_dropout_(config.number(kDropout), sites) {
    layers_ = register_module("layer", std::make_shared<torch::nn::Module>());
    self = std::make_shared<SelfAttention>(config, index, is_decoder, sites);
    self_norm_ = add("SelfAttention", self, config);
    if (is_decoder) {
      cross = std::make_shared<CrossAttention>(config, index, sites);
      cross_norm_ = add("EncDecAttention", cross, config);
    }
    feed_forward_ = std::make_shared<FeedForward>(config, sites);
    feed_forward_norm_ = add("DenseReluDense", feed_forward_, config);
  }

  at::Tensor forward(const Stream& stream, const tensor::DistanceTables& distances,
                     const nn::ForwardContext& context) const {
    const at::Tensor attended = self->product(self_norm_->forward(stream.x), stream, distances, context);
    const auto after = [&](const nn::RmsNorm& norm, const at::Tensor& product, const at::Tensor& residual,
                           const nn::Dropout& dropout) {
      return norm.sum_and_norm(product, {}, residual, dropout.active_p(context), dropout.stream(context));
    };
    tensor::NormResult state = after(cross ? *cross_norm_ : *feed_forward_norm_, attended,
                                     tensor::returned_rows(stream.x, stream.packing), self_dropout_);
    if (cross) {
      state = after(*feed_forward_norm_, cross->product(state.normed, stream, context), state.sum, cross_dropout_);
    }
    return state.sum + feed_forward_dropout_(feed_forward_->forward(state.normed, context), context);  // [T, C]
  }

  std::shared_ptr<SelfAttention> self;
  std::shared_ptr<CrossAttention> cross;  // null in an encoder

 private:
  // Adds a part of the layer with its norm, which is registered behind it.
  std::shared_ptr<Norm> add(const char* name, const std::shared_ptr<torch::nn::Module>& part,
                            const ModelConfig& config) {
    const auto norm = std::make_shared<Norm>(config);
    const auto both = std::make_shared<torch::nn::Module>();
    both->register_module(name, part);
    both->register_module("layer_norm", norm);
    layers_->register_module(std::to_string(layers_->children().size()), both);
    return norm;
  }

  nn::Dropout self_dropout_, cross_dropout_, feed_forward_dropout_;
  std::shared_ptr<torch::nn::Module> layers_;
  std::shared_ptr<Norm> self_norm_, cross_norm_, feed_forward_norm_;
  std::shared_ptr<FeedForward> feed_forward_;
};

class T5Stack final : public Stack {
 public:
  T5Stack(const ModelConfig& config, int64_t num_layers, bool is_decoder, nn::DropoutSites& sites)
      : dropout_(config.number(kDropout), sites),
        end_dropout_(config.number(kDropout), sites),
        buckets_{config.integer(kBuckets), config.integer(kMaxDistance), !is_decoder} {
    buckets_.check(config.source());
    register_module("embed_tokens",
                    std::make_shared<DiscardedTable>(config.integer(kVocabSize), config.integer(kWidth)));
    blocks_ = register_module("block", std::make_shared<nn::ModuleList<Block>>());
    for (int64_t i = 0; i < num_layers; ++i) {
      blocks_->append(std::make_shared<Block>(config, i, is_decoder, sites));
    }
    norm_ = register_module("final_layer_norm", std::make_shared<Norm>(config));
  }

  at::Tensor begin(const Tokens& tokens, const nn::Embedding& words, const nn::ForwardContext& context) const override {
    return dropout_(tensor::embedding_rows({words.rows(tokens.ids)}, 1, context.dtype), context);
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    const int64_t longest = stream.cache != nullptr ? stream.cache->max_length() : stream.packing.max_length();
    const tensor::DistanceTables distances{.rows = bucket_of_distances(longest, buckets_),
                                           .bias = (*blocks_)[0].self->bias()};
    return (*blocks_)[index].forward(stream, distances, context);
  }
  at::Tensor end(const at::Tensor& x, const nn::ForwardContext& context) const override {
    return end_dropout_(norm_->forward(x), context);
  }
  at::Tensor source_keys(int64_t index, const at::Tensor& memory) const override {
    return (*blocks_)[index].cross->keys(memory);
  }

 private:
  nn::Dropout dropout_, end_dropout_;
  DistanceBuckets buckets_;
  std::shared_ptr<nn::ModuleList<Block>> blocks_;
  std::shared_ptr<Norm> norm_;
};

// HF's classes draw the table of words a second time at their end.
class Words final : public nn::Embedding {
 public:
  Words(const ModelConfig& config, bool is_drawn_twice)
      : nn::Embedding(config.integer(kVocabSize), config.integer(kWidth)), is_drawn_twice_(is_drawn_twice) {}
  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    nn::Embedding::draw(wanted, deviation, generator);
    if (is_drawn_twice_ && wanted("weight")) nn::Embedding::draw(wanted, deviation, generator);
  }

 private:
  bool is_drawn_twice_;
};

std::shared_ptr<Body> made(const ModelConfig& config, nn::DropoutSites& sites, bool has_decoder) {
  const int64_t num_heads = config.integer(kHeads), head_width = config.integer(kHeadWidth);
  check_heads({num_heads, num_heads, head_width}, config.source());
  const int64_t num_layers = config.integer(kLayers);
  const int64_t num_decoder_layers = config.optional_integer(kDecoderLayers).value_or(num_layers);
  BodyTraits traits{.width = config.integer(kWidth),
                    .num_layers = num_layers,
                    .vocab_size = config.integer(kVocabSize),
                    .max_length = static_cast<int64_t>(kMaxRows)};
  const auto encoder = std::make_shared<T5Stack>(config, num_layers, /*is_decoder=*/false, sites);
  std::shared_ptr<Stack> decoder;
  if (has_decoder) {
    traits.num_encoder_layers = num_layers;
    traits.num_layers += num_decoder_layers;
    traits.num_kv_heads = num_heads;
    traits.kv_head_width = head_width;
    decoder = std::make_shared<T5Stack>(config, num_decoder_layers, /*is_decoder=*/true, sites);
  }
  return std::make_shared<EncoderDecoderBody>(traits, std::make_shared<Words>(config, !has_decoder), encoder, decoder);
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  return made(config, sites, /*has_decoder=*/true);
}

std::shared_ptr<Body> make_encoder(const ModelConfig& config, nn::DropoutSites& sites) {
  return made(config, sites, /*has_decoder=*/false);
}

std::unique_ptr<Head> make_seq2seq_head(const HeadParts& parts, const ModelConfig& config) {
  const bool scales =
      config.json().contains(kScalesOutputs.name) ? config.flag(kScalesOutputs) : config.flag(kTieWordEmbeddings);
  return seq2seq_lm_head(parts, {.scale = scales ? inverse_root(parts.width) : 1, .redraws_words = true});
}

std::unique_ptr<Head> make_mt5_seq2seq_head(const HeadParts& parts, const ModelConfig&) {
  return seq2seq_lm_head(parts, {.redraws_words = true});
}

}  // namespace hone::model::t5
