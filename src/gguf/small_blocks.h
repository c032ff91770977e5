// Weights that are plain numbers, and blocks of 32 weights with one scale. The layouts are those of ggml-common.h.
#pragma once

#include <cstdint>

namespace hone::gguf {

// Write the values of the blocks (tensor_types.h).
void dequantize_f32(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_f16(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_bf16(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_f64(const uint8_t* blocks, int64_t num_blocks, float* values);

// A half scale d, 16 bytes of two integers each. Q4_0: d * (q - 8); Q4_1: d * q + m, with a half m behind d.
void dequantize_q4_0(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q4_1(const uint8_t* blocks, int64_t num_blocks, float* values);
// The same with 32 bits before the integers, the fifth ones. Q5_0: d * (q - 16); Q5_1: d * q + m.
void dequantize_q5_0(const uint8_t* blocks, int64_t num_blocks, float* values);
void dequantize_q5_1(const uint8_t* blocks, int64_t num_blocks, float* values);
// A half scale d, 32 signed bytes: d * q.
void dequantize_q8_0(const uint8_t* blocks, int64_t num_blocks, float* values);
// As Q4_0, but the integers are places in a table of 16 levels.
void dequantize_iq4_nl(const uint8_t* blocks, int64_t num_blocks, float* values);
// An exponent for each block; the integers are numbers with 2 bits of exponent and 1 of mantissa.
void dequantize_mxfp4(const uint8_t* blocks, int64_t num_blocks, float* values);

// The levels of IQ4_NL and IQ4_XS.
extern const int8_t kUnevenLevels[16];

}  // namespace hone::gguf
