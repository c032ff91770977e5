// x W^T for few rows of x, as generation computes it: its time is that of reading W once. W is neither packed nor
// copied. A row's result is the same bit for bit beside any other rows and at any number of threads. Shapes: T rows, I
// in, O out features.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"
#include "kernel/rows_product.h"

namespace hone::kernel {

constexpr int64_t kFewRows = 32;

// X and W are float or BFloat16; 0 < num_rows <= kFewRows.
template <typename X, typename W>
void few_rows_product(const RowsProduct<X, W>& product);

}  // namespace hone::kernel
