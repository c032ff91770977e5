// Computes a product in chunks with a few fixed numbers of rows. oneDNN compiles code for each new shape and keeps it
// (milliseconds and about a megabyte each). Each packed batch has another number of tokens, so memory would grow during
// training.
#pragma once

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

namespace hone::tensor {

// Pads the last rows to a multiple of kLastRows.
inline constexpr int64_t kChunkRows[] = {1024, 512, 256, 128, 64}, kLastRows = 8;

// The number of rows of a product that sums over rows is a multiple of this.
inline constexpr int64_t kGradientRows = 256;

// x [T, I] -> y [T, O], of x's type. product(x_rows, y_rows) computes the rows y_rows [t, O] from x_rows [t, I]; rows
// are independent, and t is one of kChunkRows or at most 64.
template <typename F>
at::Tensor by_row_chunks(const at::Tensor& x, int64_t out_features, F product) {
  at::Tensor y = at::empty({x.size(0), out_features}, x.options());
  int64_t row = 0;
  for (const int64_t rows : kChunkRows) {
    for (; x.size(0) - row >= rows; row += rows) product(x.narrow(0, row, rows), y.narrow(0, row, rows));
  }
  const int64_t left = x.size(0) - row;
  if (left == 0) return y;
  const int64_t rounded = (left + kLastRows - 1) / kLastRows * kLastRows;
  const at::Tensor last = at::zeros({rounded, x.size(1)}, x.options());
  last.narrow(0, 0, left).copy_(x.narrow(0, row, left));
  const at::Tensor last_results = at::empty({rounded, out_features}, x.options());
  product(last, last_results);
  y.narrow(0, row, left).copy_(last_results.narrow(0, 0, left));
  return y;
}

}  // namespace hone::tensor
