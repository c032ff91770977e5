#include "tensor/row_gradient.h"

#include <ATen/ops/_sparse_coo_tensor_unsafe.h>

#include <algorithm>
#include <functional>

namespace hone::tensor {

std::span<const int64_t> RowGradient::rows() const {
  return {indices.const_data_ptr<int64_t>(), static_cast<size_t>(indices.numel())};
}

at::Tensor make_row_gradient(const RowGradient& gradient, int64_t num_rows) {
  return at::_sparse_coo_tensor_unsafe(gradient.indices.unsqueeze(0), gradient.values,
                                       {num_rows, gradient.values.size(1)},
                                       gradient.values.options().layout(at::kSparse), /*is_coalesced=*/true);
}

// Autograd makes a new sparse tensor of the same parts, which has forgotten that its rows are ascending.
RowGradient row_gradient(const at::Tensor& sparse) {
  const RowGradient as_it_is{sparse._indices().select(0, 0).contiguous(), sparse._values().contiguous()};
  const std::span<const int64_t> rows = as_it_is.rows();
  if (std::ranges::adjacent_find(rows, std::greater_equal<>()) == rows.end()) return as_it_is;
  const at::Tensor whole = sparse.coalesce();
  return {whole._indices().select(0, 0).contiguous(), whole._values().contiguous()};
}

at::Tensor dense_gradient(const at::Tensor& gradient) { return gradient.is_sparse() ? gradient.to_dense() : gradient; }

}  // namespace hone::tensor
