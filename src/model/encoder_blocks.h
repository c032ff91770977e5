// The parts that BERT and its relatives share. Packed tokens: B sequences, T tokens, C width. Modules are registered
// under the names of HF's checkpoints.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/inputs.h"
#include "nn/activation.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace hone::model {

// Where the positions of a sequence begin. kAfterPadding: behind the padding token, whose own row is for padding; a
// padding token inside a text has it too, and is not counted (RoBERTa).
enum class FirstPosition { kZero, kAfterPadding };

struct EmbeddingShape {
  int64_t width = 0;
  int64_t num_words = 0;
  int64_t num_positions = 0;       // 0: no table of positions
  int64_t num_types = 0;           // 0: no table of token types
  std::optional<int64_t> padding;  // the word without a gradient
  FirstPosition first_position = FirstPosition::kZero;
  bool has_positions_last = false;  // registered, and therefore drawn, behind the norm
  double norm_eps = 1e-12;
  double dropout = 0;

  // Returns the number of rows of positions that come before those of texts.
  int64_t num_before() const { return first_position == FirstPosition::kZero ? 0 : padding.value_or(0) + 1; }
};

// dropout(norm(words + positions + token types)).
class InputEmbeddings : public torch::nn::Module {
 public:
  InputEmbeddings(const EmbeddingShape& shape, nn::DropoutSites& sites);

  at::Tensor forward(const Tokens& tokens, const nn::ForwardContext& context) const;  // [T, C]

 private:
  void add_positions(const EmbeddingShape& shape);

  int64_t num_before_;
  std::shared_ptr<nn::Embedding> word_, position_, type_;
  std::shared_ptr<nn::LayerNorm> norm_;
  nn::Dropout dropout_;
};

// LayerNorm(dropout(dense(x)) + residual): the end of both halves of a layer.
class ResidualOutput : public torch::nn::Module {
 public:
  ResidualOutput(int64_t in_features, int64_t width, double norm_eps, double dropout, nn::DropoutSites& sites);

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

// tanh(dense(first token)): what stands for a sequence in BERT and its relatives.
class FirstTokenPooler : public torch::nn::Module {
 public:
  explicit FirstTokenPooler(int64_t width);

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing) const;  // [T, C] -> [B, C]

 private:
  std::shared_ptr<nn::Linear> dense_;
};

// activation(dense(x)): the first half of a feed-forward block.
class Intermediate : public torch::nn::Module {
 public:
  Intermediate(int64_t width, int64_t num_features, const std::string& activation);

  nn::ActivatedInput forward(const at::Tensor& x) const { return {dense_->product(x), dense_->bias, activation_}; }

 private:
  std::shared_ptr<nn::Linear> dense_;
  const nn::Activation& activation_;
};

}  // namespace hone::model
