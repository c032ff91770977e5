// x W^T for few rows of x, as generation computes it: its time is that of reading W once. W is neither packed nor
// copied. A row's result is the same bit for bit beside any other rows and at any number of threads. Shapes: T rows, I
// in, O out features.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

constexpr int64_t kFewRows = 32;

// y [T, O] = x [T, I] W [O, I]^T + bias [O]; 0 < T <= kFewRows. All arrays are dense. X and W are float or BFloat16;
// sums are float.
template <typename X, typename W>
struct FewRowsProduct {
  const X* x;
  int64_t num_rows;
  const W* weight;
  int64_t out, in;
  const float* bias;  // may be null
  X* y;
};

template <typename X, typename W>
void few_rows_product(const FewRowsProduct<X, W>& product);

}  // namespace hone::kernel
