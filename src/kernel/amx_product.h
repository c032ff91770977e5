// x W^T in bfloat16 by AMX tiles. Few rows take the time of reading W once. A row's result is the same bit for bit
// beside any other rows and at any number of threads. Shapes: T rows, I in, O out features.
#pragma once

#include "kernel/bfloat16.h"
#include "kernel/rows_product.h"

namespace hone::kernel {

// Returns whether the processor has AMX, the system lets this process use it, and the CPU level in use allows it.
bool has_amx_product();

using AmxProduct = RowsProduct<BFloat16, BFloat16>;

// Only if has_amx_product().
void amx_product(const AmxProduct& product);

}  // namespace hone::kernel
