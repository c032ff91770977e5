// Blocks of 256 weights: groups of 16 or 32 with small scales, which are scaled by halves of the block (ggml's
// "K-quants"). The layouts are those of ggml-common.h.
#pragma once

#include <cstdint>

namespace hone::gguf {

// Write the values of the blocks (tensor_types.h). Groups of 16 in Q2_K, Q3_K and Q6_K, of 32 in the others; Q2_K, Q4_K
// and Q5_K have a minimum for each group too.
void dequantize_q2_k(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q3_k(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q4_k(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q5_k(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q6_k(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_iq4_xs(const uint8_t* blocks, int64_t num_blocks, float* values);

}  // namespace hone::gguf
