// Packed tokens: B sequences, T tokens, C width. The names in register_module are parts of HF's checkpoint keys, except
// "qkv", which has no parameters.
#include "model/bert.h"

#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
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

namespace hone::model::bert {

namespace {

constexpr ConfigKey kVocabSize{"vocab_size", ConfigKind::kInteger, "", 1, kMaxRows};
constexpr ConfigKey kHiddenSize{"hidden_size", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kNumLayers{"num_hidden_layers", ConfigKind::kInteger, "", 0, kMaxLayers};
constexpr ConfigKey kNumHeads{"num_attention_heads", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kIntermediateSize{"intermediate_size", ConfigKind::kInteger, "", 1, kMaxWidth};
constexpr ConfigKey kMaxPositions{"max_position_embeddings", ConfigKind::kInteger, "", 1, kMaxRows};
constexpr ConfigKey kTypeVocabSize{"type_vocab_size", ConfigKind::kInteger, "2", 1, kMaxRows};
constexpr ConfigKey kHiddenAct{"hidden_act", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kHiddenDropout{"hidden_dropout_prob", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kAttentionDropout{"attention_probs_dropout_prob", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kLayerNormEps{"layer_norm_eps", ConfigKind::kNumber, "1e-12", 0, 1};
constexpr ConfigKey kPositionType{"position_embedding_type", ConfigKind::kText, "\"absolute\""};
constexpr ConfigKey kIsDecoder{"is_decoder", ConfigKind::kFlag, "false"};
constexpr std::array kKeys{kVocabSize,        kHiddenSize,       kNumLayers,         kNumHeads,
                           kIntermediateSize, kMaxPositions,     kTypeVocabSize,     kHiddenAct,
                           kHiddenDropout,    kAttentionDropout, kClassifierDropout, kLayerNormEps,
                           kPositionType,     kIsDecoder,        kInitializerRange,  kPadTokenId};

std::shared_ptr<nn::LayerNorm> layer_norm(const ModelConfig& config) {
  return std::make_shared<nn::LayerNorm>(config.integer(kHiddenSize), config.number(kLayerNormEps));
}

std::shared_ptr<nn::Linear> square_linear(const ModelConfig& config) {
  return std::make_shared<nn::Linear>(config.integer(kHiddenSize), config.integer(kHiddenSize));
}

// The rows of positions that come before those of texts, and the token that has the last of them.
struct Positions {
  FirstPosition first = FirstPosition::kZero;
  std::optional<int64_t> padding;

  int64_t num_before() const { return first == FirstPosition::kZero ? 0 : padding.value_or(0) + 1; }
};

// Counts the tokens of each sequence that are not padding.
at::Tensor positions_after_padding(const Tokens& tokens, int64_t padding) {
  at::Tensor positions = tokens.packing.positions() + (padding + 1);
  const at::Tensor ids = tokens.ids.to(at::kCPU, at::kLong).contiguous();
  const std::span<const int64_t> of_token(ids.const_data_ptr<int64_t>(), static_cast<size_t>(ids.numel()));
  if (std::ranges::find(of_token, padding) == of_token.end()) return positions;
  int64_t* position = positions.mutable_data_ptr<int64_t>();
  int64_t num_padding = 0;
  for (size_t i = 0; i < of_token.size(); ++i) {
    if (position[i] == padding + 1) num_padding = 0;  // a sequence begins
    num_padding += of_token[i] == padding;
    position[i] = of_token[i] == padding ? padding : position[i] - num_padding;
  }
  return positions;
}

class BertEmbeddings : public torch::nn::Module {
 public:
  BertEmbeddings(const ModelConfig& config, nn::DropoutSites& sites, const Positions& positions)
      : positions_(positions), dropout_(config.number(kHiddenDropout), sites) {
    const int64_t width = config.integer(kHiddenSize);
    word_ = register_module("word_embeddings",
                            std::make_shared<nn::Embedding>(config.integer(kVocabSize), width, positions.padding));
    const bool has_padding = positions.first == FirstPosition::kAfterPadding;
    // HF's class of RoBERTa makes the positions last, and draws new weights in this order.
    if (!has_padding) add_positions(config, std::nullopt);
    type_ = register_module("token_type_embeddings",
                            std::make_shared<nn::Embedding>(config.integer(kTypeVocabSize), width));
    norm_ = register_module("LayerNorm", layer_norm(config));
    if (has_padding) add_positions(config, positions.padding);
  }

  at::Tensor forward(const Tokens& tokens, const nn::ForwardContext& context) const {
    const at::Tensor types = tokens.type_ids.defined() ? tokens.type_ids : at::zeros_like(tokens.ids);
    const at::Tensor positions = tensor::on_device(positions_of(tokens), types.device());
    return nn::embedding_sum({word_->rows(tokens.ids), type_->rows(types), position_->rows(positions)}, *norm_,
                             dropout_, context);  // [T, C]
  }

 private:
  void add_positions(const ModelConfig& config, std::optional<int64_t> padding) {
    position_ = register_module(
        "position_embeddings",
        std::make_shared<nn::Embedding>(config.integer(kMaxPositions), config.integer(kHiddenSize), padding));
  }
  at::Tensor positions_of(const Tokens& tokens) const {
    return positions_.num_before() == 0 ? tokens.packing.positions()
                                        : positions_after_padding(tokens, positions_.num_before() - 1);
  }

  Positions positions_;
  std::shared_ptr<nn::Embedding> word_, position_, type_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class BertSelfAttention : public torch::nn::Module {
 public:
  BertSelfAttention(const ModelConfig& config, nn::DropoutSites& sites)
      : num_heads_(config.integer(kNumHeads)), dropout_(config.number(kAttentionDropout), sites) {
    query_ = register_module("query", square_linear(config));
    key_ = register_module("key", square_linear(config));
    value_ = register_module("value", square_linear(config));
    qkv_ = register_module("qkv", std::make_shared<nn::JoinedLinear>(std::vector{query_, key_, value_}));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    return tensor::attention(qkv_->forward(x), packing,
                             {.num_heads = num_heads_,
                              .num_kv_heads = num_heads_,
                              .p = dropout_.active_p(context),
                              .stream = dropout_.stream(context)});  // [T, C]
  }

 private:
  int64_t num_heads_;
  std::shared_ptr<nn::Linear> query_, key_, value_;
  std::shared_ptr<nn::JoinedLinear> qkv_;
  nn::Dropout dropout_;
};

// LayerNorm(dropout(dense(x)) + residual): the end of both halves of a layer.
class BertOutput : public torch::nn::Module {
 public:
  BertOutput(const ModelConfig& config, int64_t in_features, nn::DropoutSites& sites)
      : dropout_(config.number(kHiddenDropout), sites) {
    dense_ = register_module("dense", std::make_shared<nn::Linear>(in_features, config.integer(kHiddenSize)));
    norm_ = register_module("LayerNorm", layer_norm(config));
  }

  // x: [T, in], or a fresh nn::ActivatedInput.
  template <typename Input>
  at::Tensor forward(Input&& x, const at::Tensor& residual, const nn::ForwardContext& context) const {
    return norm_->forward(dense_->product(std::forward<Input>(x)), dense_->bias, residual, dropout_.active_p(context),
                          dropout_.stream(context));  // [T, C]
  }

 private:
  std::shared_ptr<nn::Linear> dense_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

class BertAttention : public torch::nn::Module {
 public:
  BertAttention(const ModelConfig& config, nn::DropoutSites& sites) {
    self_ = register_module("self", std::make_shared<BertSelfAttention>(config, sites));
    output_ = register_module("output", std::make_shared<BertOutput>(config, config.integer(kHiddenSize), sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    return output_->forward(self_->forward(x, packing, context), x, context);
  }

 private:
  std::shared_ptr<BertSelfAttention> self_;
  std::shared_ptr<BertOutput> output_;
};

class BertIntermediate : public torch::nn::Module {
 public:
  explicit BertIntermediate(const ModelConfig& config) : activation_(nn::find_activation(config.text(kHiddenAct))) {
    dense_ = register_module(
        "dense", std::make_shared<nn::Linear>(config.integer(kHiddenSize), config.integer(kIntermediateSize)));
  }

  nn::ActivatedInput forward(const at::Tensor& x) const { return {dense_->product(x), dense_->bias, activation_}; }

 private:
  std::shared_ptr<nn::Linear> dense_;
  const nn::Activation& activation_;
};

class BertLayer : public torch::nn::Module {
 public:
  BertLayer(const ModelConfig& config, nn::DropoutSites& sites) {
    attention_ = register_module("attention", std::make_shared<BertAttention>(config, sites));
    intermediate_ = register_module("intermediate", std::make_shared<BertIntermediate>(config));
    output_ = register_module("output", std::make_shared<BertOutput>(config, config.integer(kIntermediateSize), sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, context);
    return output_->forward(intermediate_->forward(attended), attended, context);  // [T, C]
  }

 private:
  std::shared_ptr<BertAttention> attention_;
  std::shared_ptr<BertIntermediate> intermediate_;
  std::shared_ptr<BertOutput> output_;
};

class BertEncoder : public torch::nn::Module {
 public:
  BertEncoder(const ModelConfig& config, nn::DropoutSites& sites) {
    layers = register_module("layer", std::make_shared<nn::ModuleList<BertLayer>>());
    for (int64_t i = 0; i < config.integer(kNumLayers); ++i) {
      layers->append(std::make_shared<BertLayer>(config, sites));
    }
  }

  std::shared_ptr<nn::ModuleList<BertLayer>> layers;
};

class BertPooler : public torch::nn::Module {
 public:
  explicit BertPooler(const ModelConfig& config) { dense_ = register_module("dense", square_linear(config)); }

  at::Tensor forward(const at::Tensor& x) const { return at::tanh(dense_->forward(x)); }  // [B, C]

 private:
  std::shared_ptr<nn::Linear> dense_;
};

class BertBody final : public Body {
 public:
  BertBody(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler, const Positions& positions)
      : Body({.width = config.integer(kHiddenSize),
              .num_layers = config.integer(kNumLayers),
              .vocab_size = config.integer(kVocabSize),
              .num_token_types = config.integer(kTypeVocabSize),
              .max_length = config.integer(kMaxPositions) - positions.num_before()}) {
    embeddings_ = register_module("embeddings", std::make_shared<BertEmbeddings>(config, sites, positions));
    encoder_ = register_module("encoder", std::make_shared<BertEncoder>(config, sites));
    if (has_pooler) pooler_ = register_module("pooler", std::make_shared<BertPooler>(config));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    return {embeddings_->forward(inputs.text, context), inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*encoder_->layers)[index].forward(stream.x, stream.packing, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (pooler_) hidden.pooled = pooler_->forward(tensor::first_rows(hidden.tokens, hidden.packing));
    return hidden;
  }

 private:
  std::shared_ptr<BertEmbeddings> embeddings_;
  std::shared_ptr<BertEncoder> encoder_;
  std::shared_ptr<BertPooler> pooler_;
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

double classifier_dropout(const ModelConfig& config) {
  return config.optional_number(kClassifierDropout).value_or(config.number(kHiddenDropout));
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  return make_body_of_relative(config, sites, has_pooler, FirstPosition::kZero, kPadTokenId);
}

std::shared_ptr<Body> make_body_of_relative(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler,
                                            FirstPosition first_position, const ConfigKey& pad_token_id) {
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  if (config.text(kPositionType) != "absolute") {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"position_embedding_type\" is \"{}\"", config.source(), config.text(kPositionType)),
                "hone computes absolute positions only, as transformers 5 does");
  }
  if (config.flag(kIsDecoder)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"is_decoder\" is true", config.source()),
                "hone computes BERT as an encoder");
  }
  const Positions positions{first_position, padding_id(config, kVocabSize, pad_token_id)};
  if (positions.num_before() >= config.integer(kMaxPositions)) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"max_position_embeddings\" is {}, but positions begin at {}",
                                               config.source(), config.integer(kMaxPositions), positions.num_before()));
  }
  return std::make_shared<BertBody>(config, sites, has_pooler, positions);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return pooled_head(parts, classifier_dropout(config));
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, classifier_dropout(config));
}

}  // namespace hone::model::bert
