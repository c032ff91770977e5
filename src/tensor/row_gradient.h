// The gradient of a table of which a batch reads few rows: a sparse tensor of libtorch with one sparse dimension. It
// spares the work of clearing and reading the rest of the table. A gradient may also be dense; these functions take
// both.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace hone::tensor {

// The rows of a sparse gradient, each once, in ascending order, and their values.
struct RowGradient {
  at::Tensor indices;  // [N] int64
  at::Tensor values;   // [N, C]

  std::span<const int64_t> rows() const;
};

// Returns a sparse gradient of [num_rows, C]; `indices` are ascending.
at::Tensor make_row_gradient(const RowGradient& gradient, int64_t num_rows);

// Returns the rows of a sparse gradient. Adds up rows that it holds several times, as the sum of several batches does.
RowGradient row_gradient(const at::Tensor& sparse);

// Returns the gradient as a dense tensor.
at::Tensor dense_gradient(const at::Tensor& gradient);

}  // namespace hone::tensor
