// Packed tokens: B sequences, T tokens, C width. The names in register_module are parts of HF's checkpoint keys, except
// "qkv", which has no parameters.
#include "model/bert.h"

#include <ATen/ops/tanh.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "model/config_keys.h"
#include "model/encoder_blocks.h"
#include "model/masked_lm.h"
#include "nn/dropout.h"
#include "nn/joined_linear.h"
#include "nn/linear.h"
#include "nn/module_list.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::bert {

namespace {

constexpr ConfigKey kClassifierDropout{"classifier_dropout", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kIsDecoder{"is_decoder", ConfigKind::kFlag, "false"};
constexpr std::array kKeys{kVocabSize,         kHiddenSize,       kNumLayers,    kNumHeads,      kIntermediateSize,
                           kMaxPositions,      kTypeVocabSize,    kHiddenAct,    kHiddenDropout, kAttentionDropout,
                           kClassifierDropout, kLayerNormEps,     kPositionType, kIsDecoder,     kInitializerRange,
                           kPadTokenId,        kTieWordEmbeddings};

std::shared_ptr<nn::Linear> square_linear(const ModelConfig& config) {
  return std::make_shared<nn::Linear>(config.integer(kHiddenSize), config.integer(kHiddenSize));
}

EmbeddingShape embedding_shape(const ModelConfig& config, const Variant& variant) {
  const bool is_roberta = variant.first_position == FirstPosition::kAfterPadding;
  return {.width = config.integer(variant.embedding_size.value_or(kHiddenSize)),
          .num_words = config.integer(kVocabSize),
          .num_positions = config.integer(kMaxPositions),
          .num_types = config.integer(kTypeVocabSize),
          .padding = padding_id(config, kVocabSize, variant.pad_token_id),
          .first_position = variant.first_position,
          .has_positions_last = is_roberta,  // HF's class draws new weights in this order
          .norm_eps = config.number(kLayerNormEps),
          .dropout = config.number(kHiddenDropout)};
}

std::shared_ptr<ResidualOutput> output(const ModelConfig& config, const ConfigKey& in_features,
                                       nn::DropoutSites& sites) {
  return std::make_shared<ResidualOutput>(config.integer(in_features), config.integer(kHiddenSize),
                                          config.number(kLayerNormEps), config.number(kHiddenDropout), sites);
}

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

class BertAttention : public torch::nn::Module {
 public:
  BertAttention(const ModelConfig& config, nn::DropoutSites& sites) {
    self_ = register_module("self", std::make_shared<BertSelfAttention>(config, sites));
    output_ = register_module("output", output(config, kHiddenSize, sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    return output_->forward(self_->forward(x, packing, context), tensor::returned_rows(x, packing), context);
  }

 private:
  std::shared_ptr<BertSelfAttention> self_;
  std::shared_ptr<ResidualOutput> output_;
};

class BertLayer : public torch::nn::Module {
 public:
  BertLayer(const ModelConfig& config, nn::DropoutSites& sites) {
    attention_ = register_module("attention", std::make_shared<BertAttention>(config, sites));
    intermediate_ = register_module(
        "intermediate", std::make_shared<Intermediate>(config.integer(kHiddenSize), config.integer(kIntermediateSize),
                                                       config.text(kHiddenAct)));
    output_ = register_module("output", output(config, kIntermediateSize, sites));
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const nn::ForwardContext& context) const {
    const at::Tensor attended = attention_->forward(x, packing, context);
    return output_->forward(intermediate_->forward(attended), attended, context);  // [T, C]
  }

 private:
  std::shared_ptr<BertAttention> attention_;
  std::shared_ptr<Intermediate> intermediate_;
  std::shared_ptr<ResidualOutput> output_;
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

class BertBody final : public Body {
 public:
  BertBody(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler, const EmbeddingShape& shape)
      : Body({.width = config.integer(kHiddenSize),
              .num_layers = config.integer(kNumLayers),
              .vocab_size = shape.num_words,
              .num_token_types = shape.num_types,
              .max_length = shape.num_positions - shape.num_before()}) {
    embeddings_ = register_module("embeddings", std::make_shared<InputEmbeddings>(shape, sites));
    if (shape.width != traits().width) {
      project_ = register_module("embeddings_project", std::make_shared<nn::Linear>(shape.width, traits().width));
    }
    encoder_ = register_module("encoder", std::make_shared<BertEncoder>(config, sites));
    if (has_pooler) pooler_ = register_module("pooler", std::make_shared<FirstTokenPooler>(traits().width));
  }

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override {
    const at::Tensor x = embeddings_->forward(inputs.text, context);
    return {project_ ? project_->forward(x) : x, inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override {
    return (*encoder_->layers)[index].forward(stream.x, stream.packing, context);
  }
  Hidden end(Stream&& stream, const nn::ForwardContext&) const override {
    Hidden hidden{.tokens = std::move(stream.x), .packing = std::move(stream.packing), .pooled = {}};
    if (pooler_) hidden.pooled = pooler_->forward(hidden.tokens, hidden.packing);
    return hidden;
  }

 private:
  std::shared_ptr<InputEmbeddings> embeddings_;
  std::shared_ptr<nn::Linear> project_;  // if the embeddings are narrower than the layers (ELECTRA)
  std::shared_ptr<BertEncoder> encoder_;
  std::shared_ptr<FirstTokenPooler> pooler_;
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

double classifier_dropout(const ModelConfig& config) {
  return config.optional_number(kClassifierDropout).value_or(config.number(kHiddenDropout));
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  return make_body_of_relative(config, sites, has_pooler, {});
}

std::shared_ptr<Body> make_body_of_relative(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler,
                                            const Variant& variant) {
  check_head_width(config, config.integer(kHiddenSize), config.integer(kNumHeads));
  check_absolute_positions(config, kPositionType);
  if (config.flag(kIsDecoder)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"is_decoder\" is true", config.source()),
                "hone computes BERT as an encoder");
  }
  const EmbeddingShape shape = embedding_shape(config, variant);
  if (shape.num_before() >= shape.num_positions) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"max_position_embeddings\" is {}, but positions begin at {}",
                                               config.source(), shape.num_positions, shape.num_before()));
  }
  return std::make_shared<BertBody>(config, sites, has_pooler, shape);
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return pooled_head(parts, classifier_dropout(config));
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, classifier_dropout(config));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kBertMaskedLm, config.text(kHiddenAct), config.number(kLayerNormEps));
}

}  // namespace hone::model::bert
