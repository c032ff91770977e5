#include "model/heads.h"

#include <ATen/ops/relu.h>

#include "nn/activation.h"

namespace hone::model {

namespace {

at::Tensor selected(const at::Tensor& x, const at::Tensor& rows) {
  return rows.defined() ? x.index_select(0, rows) : x;
}

std::shared_ptr<nn::Linear> registered(const HeadParts& parts, const char* name, int64_t num_outputs,
                                       bool has_bias = true) {
  return parts.model.register_module(name, std::make_shared<nn::Linear>(parts.width, num_outputs, has_bias));
}

// A head that ends in dropout and a linear.
class Classifier : public Head {
 public:
  Classifier(const HeadParts& parts, double dropout, const char* name = "classifier")
      : classifier_(registered(parts, name, parts.num_outputs)), dropout_(dropout, parts.sites) {}

  const nn::Linear& output() const override { return *classifier_; }

 protected:
  at::Tensor dropped(const at::Tensor& x, const nn::ForwardContext& context) const { return dropout_(x, context); }

 private:
  std::shared_ptr<nn::Linear> classifier_;
  nn::Dropout dropout_;
};

class PooledHead final : public Classifier {
 public:
  using Classifier::Classifier;
  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    return dropped(selected(hidden.pooled, rows), context);  // [N, C]
  }
  bool reads_first_tokens() const override { return true; }
};

class TokenHead final : public Classifier {
 public:
  using Classifier::Classifier;
  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    return dropped(selected(hidden.tokens, rows).to(at::kFloat), context);  // [N, C]
  }
};

class LastTokenHead final : public Head {
 public:
  explicit LastTokenHead(const HeadParts& parts)
      : score_(registered(parts, "score", parts.num_outputs, /*has_bias=*/false)) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext&) const override {
    return selected(tensor::last_rows(hidden.tokens, hidden.packing), rows);  // [N, C]
  }
  const nn::Linear& output() const override { return *score_; }

 private:
  std::shared_ptr<nn::Linear> score_;
};

class FirstTokenHead final : public Head {
 public:
  FirstTokenHead(const HeadParts& parts, double dropout)
      : pre_classifier_(registered(parts, "pre_classifier", parts.width)),
        classifier_(registered(parts, "classifier", parts.num_outputs)),
        dropout_(dropout, parts.sites) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    const at::Tensor first = selected(tensor::first_rows(hidden.tokens, hidden.packing), rows);  // [N, C]
    return dropout_(at::relu(pre_classifier_->forward(first)), context);
  }
  const nn::Linear& output() const override { return *classifier_; }

  bool reads_first_tokens() const override { return true; }

 private:
  std::shared_ptr<nn::Linear> pre_classifier_, classifier_;
  nn::Dropout dropout_;
};

// The module "classifier" of RoBERTa's and ELECTRA's heads.
class DenseClassifier : public torch::nn::Module {
 public:
  DenseClassifier(int64_t width, int64_t num_outputs) {
    dense = register_module("dense", std::make_shared<nn::Linear>(width, width));
    out_proj = register_module("out_proj", std::make_shared<nn::Linear>(width, num_outputs));
  }

  std::shared_ptr<nn::Linear> dense, out_proj;
};

class DenseHead final : public Head {
 public:
  DenseHead(const HeadParts& parts, double dropout, std::string_view activation)
      : classifier_(parts.model.register_module("classifier",
                                                std::make_shared<DenseClassifier>(parts.width, parts.num_outputs))),
        activation_(nn::find_activation(activation)),
        dropout_of_token_(dropout, parts.sites),
        dropout_(dropout, parts.sites) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    const at::Tensor first = selected(tensor::first_rows(hidden.tokens, hidden.packing), rows);  // [N, C]
    return dropout_(activation_.apply(classifier_->dense->forward(dropout_of_token_(first, context)), {}), context);
  }
  const nn::Linear& output() const override { return *classifier_->out_proj; }

  bool reads_first_tokens() const override { return true; }

 private:
  std::shared_ptr<DenseClassifier> classifier_;
  const nn::Activation& activation_;
  nn::Dropout dropout_of_token_, dropout_;
};

// The module "pooler" of DeBERTa's head.
class PoolerDense : public torch::nn::Module {
 public:
  explicit PoolerDense(int64_t width) { dense = register_module("dense", std::make_shared<nn::Linear>(width, width)); }

  std::shared_ptr<nn::Linear> dense;
};

class ContextPoolerHead final : public Head {
 public:
  ContextPoolerHead(const HeadParts& parts, const ContextPooler& pooler)
      : pooler_(parts.model.register_module("pooler", std::make_shared<PoolerDense>(parts.width))),
        classifier_(registered(parts, "classifier", parts.num_outputs)),
        activation_(nn::find_activation(pooler.activation)),
        dropout_of_token_(pooler.pooler_dropout, parts.sites),
        dropout_(pooler.dropout, parts.sites) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const override {
    const at::Tensor first = selected(tensor::first_rows(hidden.tokens, hidden.packing), rows);  // [N, C]
    return dropout_(activation_.apply(pooler_->dense->forward(dropout_of_token_(first, context)), {}), context);
  }
  const nn::Linear& output() const override { return *classifier_; }

  bool reads_first_tokens() const override { return true; }

 private:
  std::shared_ptr<PoolerDense> pooler_;
  std::shared_ptr<nn::Linear> classifier_;
  const nn::Activation& activation_;
  nn::Dropout dropout_of_token_, dropout_;
};

}  // namespace

std::unique_ptr<Head> context_pooler_head(const HeadParts& parts, const ContextPooler& pooler) {
  return std::make_unique<ContextPoolerHead>(parts, pooler);
}

std::unique_ptr<Head> dense_head(const HeadParts& parts, double dropout, std::string_view activation) {
  return std::make_unique<DenseHead>(parts, dropout, activation);
}

std::unique_ptr<Head> pooled_head(const HeadParts& parts, double dropout) {
  return std::make_unique<PooledHead>(parts, dropout);
}

std::unique_ptr<Head> first_token_head(const HeadParts& parts, double dropout) {
  return std::make_unique<FirstTokenHead>(parts, dropout);
}

std::unique_ptr<Head> token_head(const HeadParts& parts, double dropout, const char* name) {
  return std::make_unique<TokenHead>(parts, dropout, name);
}

std::unique_ptr<Head> last_token_head(const HeadParts& parts) { return std::make_unique<LastTokenHead>(parts); }

}  // namespace hone::model
