#include "model/masked_lm.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <string>

#include "base/error.h"
#include "model/config_keys.h"
#include "nn/activation.h"
#include "nn/layer_norm.h"
#include "nn/leaf.h"
#include "tensor/cross_entropy.h"

namespace hone::model {

namespace {

// A module between the model and a head's layers, such as "cls". It may hold the decoder's bias.
class HeadNode final : public nn::Leaf {
 public:
  at::Tensor add_bias(int64_t num_rows) { return bias_ = register_parameter("bias", at::empty({num_rows})); }
  void draw(const Wanted& wanted, double, at::Generator&) override {
    if (bias_.defined() && wanted("bias")) bias_.zero_();
  }

 private:
  at::Tensor bias_;
};

struct SplitName {
  std::string parent, last;  // parent: empty for a name without a dot
};

SplitName split_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {"", std::string(name)};
  return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

// Returns the module of this name, made with those that it is in if the model lacks them.
torch::nn::Module& node_at(torch::nn::Module& model, std::string_view name) {
  if (name.empty()) return model;
  const auto [parent_name, last] = split_name(name);
  torch::nn::Module& parent = node_at(model, parent_name);
  const auto children = parent.named_children();
  if (const auto* found = children.find(last)) return **found;
  return *parent.register_module(last, std::make_shared<HeadNode>());
}

template <typename Module>
std::shared_ptr<Module> registered_at(const HeadParts& parts, std::string_view name, std::shared_ptr<Module> module) {
  const auto [parent, last] = split_name(name);
  return node_at(parts.model, parent).register_module(last, std::move(module));
}

at::Tensor added_bias(const HeadParts& parts, std::string_view name) {
  if (name.empty()) return {};
  auto* node = dynamic_cast<HeadNode*>(&node_at(parts.model, split_name(name).parent));
  check_internal(node != nullptr, "the decoder's bias is in a module of the head");
  return node->add_bias(parts.words.size(0));
}

class MaskedLmHead final : public Head {
 public:
  MaskedLmHead(const HeadParts& parts, const ModelConfig& config, const MaskedLmNames& names,
               std::string_view activation, double norm_eps)
      : activation_(nn::find_activation(activation)),
        dense_(std::make_shared<nn::Linear>(parts.width, parts.words.size(1))),
        norm_(std::make_shared<nn::LayerNorm>(parts.words.size(1), norm_eps)) {
    if (names.has_norm_first) registered_at(parts, names.norm, norm_);
    registered_at(parts, names.dense, dense_);
    if (!names.has_norm_first) registered_at(parts, names.norm, norm_);
    decoder_ = std::make_unique<Decoder>(parts, config.flag(kTieWordEmbeddings), names.decoder);
  }

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext&) const override {
    const at::Tensor x = rows.defined() ? hidden.tokens.index_select(0, rows) : hidden.tokens;
    return norm_->forward(activation_.apply(dense_->product(x), dense_->bias));  // [N, E]
  }
  const nn::Linear& output() const override { return decoder_->linear(); }
  std::vector<Tie> ties() const override { return decoder_->ties(); }
  void resize_words(int64_t num_rows) override { decoder_->resize_words(num_rows); }

 private:
  const nn::Activation& activation_;
  std::shared_ptr<nn::Linear> dense_;
  std::shared_ptr<nn::LayerNorm> norm_;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace

Decoder::Decoder(const HeadParts& parts, bool is_tied, const DecoderNames& names, bool has_bias)
    : is_tied_(names.decoder.empty() || (is_tied && !parts.has_other_table)) {
  const at::Tensor shared_bias = added_bias(parts, names.bias);
  if (is_tied_) {
    linear_ = std::make_shared<nn::Linear>(nn::TiedWeight{parts.words}, has_bias && !shared_bias.defined());
    if (shared_bias.defined()) linear_->bias = shared_bias;
  } else {
    linear_ = std::make_shared<nn::Linear>(parts.words.size(1), parts.words.size(0), has_bias);
  }
  if (names.decoder.empty()) return;
  registered_at(parts, names.decoder, linear_);
  if (!is_tied_) return;
  ties_.push_back({fmt::format("{}.weight", names.decoder), fmt::format("{}.weight", parts.words_module)});
  if (shared_bias.defined()) ties_.push_back({fmt::format("{}.bias", names.decoder), std::string(names.bias)});
}

void Decoder::resize_words(int64_t num_rows) const {
  if (!is_tied_) {
    throw Error(ErrorKind::kUnsupported, "the model predicts words with a table that is not the one of its input",
                "hone adds words only if \"tie_word_embeddings\" in config.json is true");
  }
  const at::Tensor& bias = linear_->bias;
  if (!bias.defined() || bias.size(0) == num_rows) return;
  const at::Tensor old = bias.detach();
  at::Tensor(bias).set_data(at::cat({old, old.new_zeros({num_rows - old.size(0)})}));
}

std::unique_ptr<Head> masked_lm_head(const HeadParts& parts, const ModelConfig& config, const MaskedLmNames& names,
                                     std::string_view activation, double norm_eps) {
  return std::make_unique<MaskedLmHead>(parts, config, names, activation, norm_eps);
}

at::Tensor masked_lm_loss(const Model& model, const Hidden& hidden, const at::Tensor& targets, int64_t num_targets,
                          const nn::ForwardContext& context) {
  const tensor::CrossEntropyOptions options{.scale = 1 / static_cast<double>(num_targets)};
  const at::Tensor rows = targets.ne(options.ignore_index).nonzero().view({-1});
  return model.cross_entropy(hidden, rows, targets.index_select(0, rows), options, context);
}

}  // namespace hone::model
