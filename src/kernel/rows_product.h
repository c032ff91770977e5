// What the products of rows read and write (few_rows.h, amx_product.h).
#pragma once

#include <cstdint>

namespace hone::kernel {

// y [T, O] = x [T, I] W [O, I]^T + bias [O]. All arrays are dense. Sums are float.
template <typename X, typename W>
struct RowsProduct {
  const X* x;
  int64_t num_rows;
  const W* weight;
  int64_t out, in;
  const float* bias;  // may be null
  X* y;
};

}  // namespace hone::kernel
