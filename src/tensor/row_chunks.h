// Computes a product in chunks with a few fixed numbers of rows. oneDNN compiles code for each new shape and keeps it
// (milliseconds and about a megabyte each). Each packed batch has another number of tokens, so memory would grow during
// training.
#pragma once

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdint>

namespace hone::tensor {

// Pads the last rows to a multiple of kLastRows.
inline constexpr int64_t kChunkRows[] = {1024, 512, 256, 128, 64}, kLastRows = 8;

// The number of rows of a product that sums over rows is a multiple of this.
inline constexpr int64_t kGradientRows = 256;

// The number of rows of every product while rows are independent.
inline constexpr int64_t kIndependentRows = 256;

// While one lives, every product of a linear on this thread has the same number of rows, on the CPU. A matrix library
// divides its sums by the number of rows, so otherwise the last bits of a row depend on the batch that it is in.
class IndependentRows {
 public:
  IndependentRows();
  ~IndependentRows();
  IndependentRows(const IndependentRows&) = delete;
  IndependentRows& operator=(const IndependentRows&) = delete;

 private:
  bool before_;
};

bool rows_are_independent();

// Returns whether every row of a dense matrix begins at a multiple of the processor's widest load. The library may take
// another path for rows that do not.
bool is_aligned_for_products(const at::Tensor& rows);

// x [T, I] -> y [T, O], of x's type. product(x_rows, y_rows) computes the rows y_rows [t, O] from x_rows [t, I]; rows
// are independent, and t is one of kChunkRows or at most 64; while rows are independent, t is kIndependentRows.
template <typename F>
at::Tensor by_row_chunks(const at::Tensor& x, int64_t out_features, F product) {
  at::Tensor y = at::empty({x.size(0), out_features}, x.options());
  int64_t row = 0;
  const auto by_copy = [&](int64_t count, int64_t padded) {
    const at::Tensor some = at::zeros({padded, x.size(1)}, x.options());
    some.narrow(0, 0, count).copy_(x.narrow(0, row, count));
    const at::Tensor results = at::empty({padded, out_features}, x.options());
    product(some, results);
    y.narrow(0, row, count).copy_(results.narrow(0, 0, count));
    row += count;
  };
  const auto by_chunks_of = [&](int64_t rows) {
    for (; x.size(0) - row >= rows; row += rows) product(x.narrow(0, row, rows), y.narrow(0, row, rows));
  };
  if (rows_are_independent()) {
    if (is_aligned_for_products(x) && is_aligned_for_products(y)) by_chunks_of(kIndependentRows);
    while (row < x.size(0)) by_copy(std::min(x.size(0) - row, kIndependentRows), kIndependentRows);
    return y;
  }
  for (const int64_t rows : kChunkRows) by_chunks_of(rows);
  const int64_t left = x.size(0) - row;
  if (left > 0) by_copy(left, (left + kLastRows - 1) / kLastRows * kLastRows);
  return y;
}

}  // namespace hone::tensor
