// A table of vectors with a row for each id; embedding_sum adds rows of several tables. The constructor leaves the
// weights unset; model/load.h loads or draws them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/dropout.h"
#include "nn/layer_norm.h"
#include "nn/leaf.h"
#include "tensor/embedding.h"

namespace hone::nn {

class Embedding : public Leaf {
 public:
  // The row `padding_id` has no gradient, and a new weight has zeros there, as in torch.nn.Embedding(padding_idx=...).
  Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id = std::nullopt);

  // Returns the rows of `ids` [T] int64 as a term of embedding_sum. The ids must be in the table.
  tensor::EmbeddingTable rows(const at::Tensor& ids) const;

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;
  void draw_construction(at::Generator& generator) override;

  at::Tensor weight;  // [rows, C]

 private:
  std::optional<int64_t> padding_id_;
};

// Returns dropout(norm(sum of rows of several tables)) [T, C], of context.dtype.
at::Tensor embedding_sum(const std::vector<tensor::EmbeddingTable>& terms, const LayerNorm& norm,
                         const Dropout& dropout, const ForwardContext& context);

}  // namespace hone::nn
