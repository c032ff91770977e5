// A table of vectors looked up by id, in a sum with others (embedding_sum). Its weights are left unset: they are loaded
// or drawn (model/initialize.h).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/dropout.h"
#include "nn/layer_norm.h"
#include "tensor/embedding.h"

namespace hone::nn {

class Embedding : public torch::nn::Module {
 public:
  // The row `padding_id` gets no gradient, and is zero when drawn, as in torch.nn.Embedding(padding_idx=...).
  Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id = std::nullopt);

  // The rows of `ids` [T] int64, which must lie in the table, as a term of an embedding sum.
  tensor::EmbeddingTable rows(const at::Tensor& ids) const { return {weight, ids, padding_id_.value_or(-1)}; }

  std::optional<int64_t> padding_id() const { return padding_id_; }

  at::Tensor weight;  // [rows, C]

 private:
  std::optional<int64_t> padding_id_;
};

// dropout(norm(sum of rows of several tables)), of context.dtype: [T, C].
at::Tensor embedding_sum(const std::vector<tensor::EmbeddingTable>& terms, const LayerNorm& norm,
                         const Dropout& dropout, const ForwardContext& context);

}  // namespace hone::nn
