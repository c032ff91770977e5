// The input of a model: dropout(LayerNorm(sum of rows of several tables)) of models such as BERT, as an autograd
// function around kernel/embedding.h, which keeps the ids and two numbers per row; and the plain sum of rows of
// decoders.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "base/philox.h"

namespace hone::tensor {

struct EmbeddingTable {
  at::Tensor weight;        // [rows, C]
  at::Tensor ids;           // [T] int64; each is a row of the table
  int64_t padding_id = -1;  // this row has no gradient; -1: every row has one
};

struct EmbeddingOptions {
  at::Tensor norm_weight;  // [C]
  at::Tensor norm_bias;    // [C], or undefined
  double eps = 1e-12;
  double p = 0;                       // of dropout after the norm, in [0, 1]
  RandomStream stream;                // element (row, column) has index row * C + column
  at::ScalarType dtype = at::kFloat;  // of the result: float, double or bfloat16
};

// 1 to 4 tables -> [T, C]. The gradients of the tables are equal from run to run; that of a table with many more rows
// than there are tokens is sparse (row_gradient.h).
at::Tensor embedding_norm(const std::vector<EmbeddingTable>& tables, const EmbeddingOptions& options);

// Returns the sum of rows of 1 to 4 tables times `scale`, [T, C] of `dtype`: float, double or bfloat16. The sum and the
// scale are rounded to this type before the product, as in transformers. Gradients are as above.
at::Tensor embedding_rows(const std::vector<EmbeddingTable>& tables, double scale, at::ScalarType dtype);

// The same by libtorch's operations, for devices other than the CPU. Its dropout is dropout_by_library.
at::Tensor embedding_norm_by_library(const std::vector<EmbeddingTable>& tables, const EmbeddingOptions& options);

}  // namespace hone::tensor
