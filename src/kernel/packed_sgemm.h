// x W^T in fp32 with W laid out once as MKL's kernels read it: at any number of rows near the processor's limit, where
// a product that packs W anew at each call is slow for few rows. Shapes: T rows of x, I in, O out features.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hone::kernel {

// Whether libtorch brings MKL's packed products, and they hold here (tried once); never at the level scalar.
bool has_packed_sgemm();

// Bytes of a packed weight.
size_t packed_sgemm_bytes(int64_t out, int64_t in);

// weight [O, I] into `to`: packed_sgemm_bytes of it, aligned to 64 bytes. It must stay where it is.
void pack_sgemm_weight(const float* weight, int64_t out, int64_t in, void* to);

// y [T, O] = x [T, I] W^T, or += where `accumulate`.
void packed_sgemm(const float* x, int64_t rows, const void* packed, int64_t out, int64_t in, float* y, bool accumulate);

}  // namespace hone::kernel
