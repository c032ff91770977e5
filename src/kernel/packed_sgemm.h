// x W^T in fp32 with W packed once in the layout of MKL's kernels. It is near the processor's limit at any number of
// rows, while a product that packs W at each call is slow for few rows. Shapes: T rows of x, I in, O out features.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hone::kernel {

// Returns whether libtorch has MKL's packed products and a first call returned the right result. False at the level
// scalar.
bool has_packed_sgemm();

// Returns the bytes of a packed weight.
size_t packed_sgemm_bytes(int64_t out, int64_t in);

// Packs weight [O, I] into `to`: packed_sgemm_bytes, aligned to 64 bytes. The packed weight must not be moved.
void pack_sgemm_weight(const float* weight, int64_t out, int64_t in, void* to);

// y [T, O] = x [T, I] W^T, or += if `accumulate`.
void packed_sgemm(const float* x, int64_t rows, const void* packed, int64_t out, int64_t in, float* y, bool accumulate);

}  // namespace hone::kernel
