// Packed tokens: T tokens, C width, F width of the feed-forward block. The names in register_module are parts of HF's
// checkpoint keys.
#include "model/modernbert.h"

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/layer_types.h"
#include "model/masked_lm.h"
#include "model/rope_config.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::modernbert {

namespace {

constexpr ConfigKey kActivation{"hidden_activation", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kNormEps{"norm_eps", ConfigKind::kNumber, "1e-5", 0, 1};
constexpr ConfigKey kNormBias{"norm_bias", ConfigKind::kFlag, "false"};
constexpr ConfigKey kAttentionBias{"attention_bias", ConfigKind::kFlag, "false"};
constexpr ConfigKey kMlpBias{"mlp_bias", ConfigKind::kFlag, "false"};
constexpr ConfigKey kEmbeddingDropout{"embedding_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kAttentionDropout{"attention_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kMlpDropout{"mlp_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kLocalAttention{"local_attention", ConfigKind::kInteger, "128", 0, kMaxRows};
constexpr ConfigKey kGlobalEvery{"global_attn_every_n_layers", ConfigKind::kInteger, "3", 1, kMaxLayers};
constexpr ConfigKey kGlobalTheta{"global_rope_theta", ConfigKind::kNumber, "160000.0", 1, 1e15};
constexpr ConfigKey kLocalTheta{"local_rope_theta", ConfigKind::kNumber, "10000.0", 1, 1e15};
constexpr ConfigKey kPooling{"classifier_pooling", ConfigKind::kText, "\"cls\""};
constexpr ConfigKey kClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "0.0", 0, 1};
constexpr ConfigKey kClassifierBias{"classifier_bias", ConfigKind::kFlag, "false"};
constexpr ConfigKey kClassifierActivation{"classifier_activation", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kCutoff{"initializer_cutoff_factor", ConfigKind::kNumber, "2.0", 0, 1e6, "", true};
constexpr ConfigKey kModernBertPadTokenId{"pad_token_id", ConfigKind::kInteger, "50283", -kMaxRows, kMaxRows, "", true};
constexpr ConfigKey kDecoderBias{"decoder_bias", ConfigKind::kFlag, "true"};
constexpr std::array kKeys{kVocabSize,        kHiddenSize,           kNumLayers,      kNumHeads,
                           kIntermediateSize, kMaxPositions,         kActivation,     kNormEps,
                           kNormBias,         kAttentionBias,        kMlpBias,        kEmbeddingDropout,
                           kAttentionDropout, kMlpDropout,           kLocalAttention, kGlobalEvery,
                           kGlobalTheta,      kLocalTheta,           kPooling,        kClassifierDropout,
                           kClassifierBias,   kClassifierActivation, kCutoff,         kModernBertPadTokenId,
                           kInitializerRange, kTieWordEmbeddings,    kDecoderBias};

double cutoff_of(const ModelConfig& config) { return config.optional_number(kCutoff).value_or(3); }

std::shared_ptr<nn::LayerNorm> norm_of(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kNormEps), config.flag(kNormBias));
}

// Returns for each layer whether its attention is local.
std::vector<bool> local_layers(const ModelConfig& config) {
  const int64_t every = config.integer(kGlobalEvery);
  return sliding_layers(config, config.integer(kNumLayers), [&](int64_t layer) { return layer % every != 0; });
}

// After the draws of its linears or tables, HF draws the weights of such a module again, truncated. The matrices that
// write into the residual stream have a deviation that is smaller by sqrt(2 layers).
class Redrawn : public torch::nn::Module, public nn::Drawn {
 public:
  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    for (const auto& [name, weight, divisor] : weights_) {
      if (wanted(name)) nn::draw_truncated_normal(weight, deviation / divisor, cutoff_, generator);
    }
  }

 protected:
  explicit Redrawn(const ModelConfig& config)
      : cutoff_(cutoff_of(config)), out_divisor_(std::sqrt(2.0 * static_cast<double>(config.integer(kNumLayers)))) {}

  std::shared_ptr<nn::Linear> linear_in(const char* name, int64_t in_features, int64_t out_features, bool has_bias) {
    return linear(name, in_features, out_features, has_bias, 1);
  }
  std::shared_ptr<nn::Linear> linear_out(const char* name, int64_t in_features, int64_t out_features, bool has_bias) {
    return linear(name, in_features, out_features, has_bias, out_divisor_);
  }
  void redraws(std::string name, const at::Tensor& weight, double divisor = 1) {
    weights_.push_back({std::move(name), weight, divisor});
  }

 private:
  struct Weight {
    std::string name;
    at::Tensor weight;
    double divisor = 1;
  };

  std::shared_ptr<nn::Linear> linear(const char* name, int64_t in_features, int64_t out_features, bool has_bias,
                                     double divisor) {
    auto result = register_module(name, std::make_shared<nn::Linear>(in_features, out_features, has_bias));
    redraws(fmt::format("{}.weight", name), result->weight, divisor);
    return result;
  }

  double cutoff_, out_divisor_;
  std::vector<Weight> weights_;
};

class Embeddings : public Redrawn {
 public:
  Embeddings(const ModelConfig& config, nn::DropoutSites& sites)
      : Redrawn(config), dropout_(config.number(kEmbeddingDropout), sites) {
    tokens_ = register_module("tok_embeddings",
                              std::make_shared<nn::Embedding>(config.integer(kVocabSize), config.integer(kHiddenSize),
                                                              padding_id(config, kVocabSize, kModernBertPadTokenId)));
    redraws("tok_embeddings.weight", tokens_->weight);
    norm_ = register_module("norm", norm_of(config));
  }

  at::Tensor forward(const at::Tensor& ids, const nn::ForwardContext& context) const {
    return nn::embedding_sum({tokens_->rows(ids)}, *norm_, dropout_, context);  // [T, C]
  }

 private:
  std::shared_ptr<nn::Embedding> tokens_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

// Which keys the attention of a layer sees, and how its positions turn.
struct LayerKind {
  std::optional<int64_t> window;
  std::shared_ptr<const nn::RotaryPositions> positions;
};

// local_attention is the width of the whole window, HF's sliding_window half of it.
LayerKind local_kind(const ModelConfig& config, int64_t head_width) {
  return {config.integer(kLocalAttention) / 2,
          rotary_positions(config, {kSlidingAttention, kLocalTheta}, head_width, config.integer(kMaxPositions))};
}
LayerKind global_kind(const ModelConfig& config, int64_t head_width) {
  return {std::nullopt,
          rotary_positions(config, {kFullAttention, kGlobalTheta}, head_width, config.integer(kMaxPositions))};
}

class Attention : public Redrawn {
 public:
  Attention(const ModelConfig& config, nn::DropoutSites& sites, LayerKind kind)
      : Redrawn(config),
        num_heads_(config.integer(kNumHeads)),
        kind_(std::move(kind)),
        dropout_(config.number(kAttentionDropout), sites),
        out_dropout_(config.number(kAttentionDropout), sites) {
    const int64_t width = config.integer(kHiddenSize);
    qkv_ = linear_in("Wqkv", width, 3 * width, config.flag(kAttentionBias));
    out_ = linear_out("Wo", width, width, config.flag(kAttentionBias));
  }

  // Returns residual + the attention's output, and its norm: [T, C] each.
  tensor::NormResult forward(const at::Tensor& x, const at::Tensor& residual, const nn::LayerNorm& norm,
                             const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor heads = tensor::attention(qkv_->forward(x), packing,
                                               {.num_heads = num_heads_,
                                                .num_kv_heads = num_heads_,
                                                .window = kind_.window,
                                                .rotary = kind_.positions->angles(packing.max_length()),
                                                .p = dropout_.active_p(context),
                                                .stream = dropout_.stream(context)});
    return norm.sum_and_norm(out_->product(heads), out_->bias, tensor::returned_rows(residual, packing),
                             out_dropout_.active_p(context), out_dropout_.stream(context));
  }

 private:
  int64_t num_heads_;
  LayerKind kind_;
  nn::Dropout dropout_, out_dropout_;
  std::shared_ptr<nn::Linear> qkv_, out_;
};

// Wo(dropout(activation(gate) * up)), gate and up = Wi(x): GeGLU with the default activation.
class FeedForward : public Redrawn {
 public:
  FeedForward(const ModelConfig& config, nn::DropoutSites& sites)
      : Redrawn(config),
        activation_(nn::find_activation(config.text(kActivation))),
        dropout_(config.number(kMlpDropout), sites) {
    const int64_t width = config.integer(kHiddenSize), inner = config.integer(kIntermediateSize);
    in_ = linear_in("Wi", width, 2 * inner, config.flag(kMlpBias));
    out_ = linear_out("Wo", inner, width, config.flag(kMlpBias));
  }

  at::Tensor forward(const at::Tensor& x, const nn::ForwardContext& context) const {
    nn::GatedInput gated{in_->forward(x), activation_};  // [T, 2 F]
    const at::Tensor product = dropout_.active_p(context) > 0 ? out_->product(dropout_(gated.apply(), context))
                                                              : out_->product(std::move(gated));
    return out_->bias.defined() ? product + out_->bias.to(product.scalar_type()) : product;  // [T, C]
  }

 private:
  const nn::Activation& activation_;
  nn::Dropout dropout_;
  std::shared_ptr<nn::Linear> in_, out_;
};

class Layer : public torch::nn::Module {
 public:
  // The first layer reads the norm of the embeddings, and has none of its own before the attention.
  Layer(const ModelConfig& config, nn::DropoutSites& sites, LayerKind kind, bool is_first) {
    if (!is_first) attention_norm_ = register_module("attn_norm", norm_of(config));
    attention_ = register_module("attn", std::make_shared<Attention>(config, sites, std::move(kind)));
    feed_forward_norm_ = register_module("mlp_norm", norm_of(config));
    feed_forward_ = register_module("mlp", std::make_shared<FeedForward>(config, sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor normed = attention_norm_ ? attention_norm_->forward(x) : x;
    const auto [sum, sum_normed] = attention_->forward(normed, x, *feed_forward_norm_, packing, context);
    return sum + feed_forward_->forward(sum_normed, context);  // [T, C]
  }

 private:
  std::shared_ptr<nn::LayerNorm> attention_norm_, feed_forward_norm_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<FeedForward> feed_forward_;
};

class ModernBertBody final : public Body {
 public:
  ModernBertBody(const ModelConfig& config, const LayerKind& local, const LayerKind& global, nn::DropoutSites& sites)
      : Body(with_positions({.width = config.integer(kHiddenSize),
                             .num_layers = config.integer(kNumLayers),
                             .vocab_size = config.integer(kVocabSize)},
                            {local.positions, global.positions})) {
    embeddings_ = register_module("embeddings", std::make_shared<Embeddings>(config, sites));
    layers_ = register_module("layers", std::make_shared<nn::ModuleList<Layer>>());
    bool is_first = true;
    for (const bool is_local : local_layers(config)) {
      layers_->append(std::make_shared<Layer>(config, sites, is_local ? local : global, is_first));
      is_first = false;
    }
    norm_ = register_module("final_norm", norm_of(config));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text.ids, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*layers_)[index].forward(stream.x, stream.packing, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = norm_->forward(stream.x), .packing = std::move(stream.packing), .pooled = {}};
  }

 private:
  std::shared_ptr<Embeddings> embeddings_;
  std::shared_ptr<nn::ModuleList<Layer>> layers_;
  std::shared_ptr<nn::LayerNorm> norm_;
};

// The module "head".
class PredictionHead : public Redrawn {
 public:
  explicit PredictionHead(const ModelConfig& config)
      : Redrawn(config), activation_(nn::find_activation(config.text(kClassifierActivation))) {
    const int64_t width = config.integer(kHiddenSize);
    dense_ = linear_out("dense", width, width, config.flag(kClassifierBias));
    norm_ = register_module("norm", norm_of(config));
  }

  at::Tensor forward(const at::Tensor& x) const {
    return norm_->forward(activation_.apply(dense_->product(x), dense_->bias));  // [N, C]
  }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> dense_;
  std::shared_ptr<nn::LayerNorm> norm_;
};

// The rows [N, C] in float that a head reads.
using Pooling = at::Tensor (*)(const Hidden& hidden);

at::Tensor every_token(const Hidden& hidden) { return hidden.tokens.to(at::kFloat); }
at::Tensor first_tokens(const Hidden& hidden) { return tensor::first_rows(hidden.tokens, hidden.packing); }
at::Tensor means(const Hidden& hidden) { return tensor::mean_rows(hidden.tokens, hidden.packing); }

class ClassifierHead final : public Head {
 public:
  ClassifierHead(const HeadParts& parts, const ModelConfig& config, Pooling pooling)
      : pooling_(pooling),
        width_(parts.width),
        cutoff_(cutoff_of(config)),
        head_(parts.model.register_module("head", std::make_shared<PredictionHead>(config))),
        classifier_(
            parts.model.register_module("classifier", std::make_shared<nn::Linear>(parts.width, parts.num_outputs))),
        dropout_(config.number(kClassifierDropout), parts.sites) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    const at::Tensor x = pooling_(hidden);
    return dropout_(head_->forward(rows.defined() ? x.index_select(0, rows) : x), context);
  }
  const nn::Linear& output() const override { return *classifier_; }
  bool reads_first_tokens() const override { return pooling_ == first_tokens; }
  void draw(const nn::Drawn::Wanted& wanted, double, at::Generator& generator) override {
    if (!wanted("classifier.weight")) return;
    nn::draw_truncated_normal(classifier_->weight, std::pow(static_cast<double>(width_), -0.5), cutoff_, generator);
  }

 private:
  Pooling pooling_;
  int64_t width_;
  double cutoff_;
  std::shared_ptr<PredictionHead> head_;
  std::shared_ptr<nn::Linear> classifier_;
  nn::Dropout dropout_;
};

class MaskedLmHead final : public Head {
 public:
  MaskedLmHead(const HeadParts& parts, const ModelConfig& config)
      : cutoff_(cutoff_of(config)),
        num_layers_(config.integer(kNumLayers)),
        head_(parts.model.register_module("head", std::make_shared<PredictionHead>(config))),
        decoder_(parts, config.flag(kTieWordEmbeddings), {"decoder"}, config.flag(kDecoderBias)) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext&) const override {
    return head_->forward(rows.defined() ? hidden.tokens.index_select(0, rows) : hidden.tokens);  // [N, C]
  }
  const nn::Linear& output() const override { return decoder_.linear(); }
  std::vector<Tie> ties() const override { return decoder_.ties(); }
  void resize_words(int64_t num_rows) override { decoder_.resize_words(num_rows); }
  void draw(const nn::Drawn::Wanted& wanted, double deviation, at::Generator& generator) override {
    if (decoder_.is_tied() || !wanted("decoder.weight")) return;
    const double divisor = std::sqrt(2.0 * static_cast<double>(num_layers_));
    nn::draw_truncated_normal(decoder_.linear().weight, deviation / divisor, cutoff_, generator);
  }

 private:
  double cutoff_;
  int64_t num_layers_;
  std::shared_ptr<PredictionHead> head_;
  Decoder decoder_;
};

Pooling pooling_of(const ModelConfig& config) {
  const std::string name = config.text(kPooling);
  if (name == "cls") return first_tokens;
  if (name == "mean") return means;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{}: \"classifier_pooling\" is \"{}\", not \"cls\" or \"mean\"", config.source(), name));
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  const int64_t head_width = config.integer(kHiddenSize) / config.integer(kNumHeads);
  return std::make_shared<ModernBertBody>(config, local_kind(config, head_width), global_kind(config, head_width),
                                          sites);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return std::make_unique<ClassifierHead>(parts, config, pooling_of(config));
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return std::make_unique<ClassifierHead>(parts, config, every_token);
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return std::make_unique<MaskedLmHead>(parts, config);
}

}  // namespace hone::model::modernbert
