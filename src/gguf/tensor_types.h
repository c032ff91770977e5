// The number formats of weights in GGUF files: numbers alone, or blocks of small integers with a scale for each block
// (ggml's quantisation). The table has the size of a block and the function that returns its values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"

namespace hone::gguf {

// Writes the values of `num_blocks` blocks one after the other. The blocks may be unaligned.
using Dequantize = void (*)(const uint8_t* blocks, int64_t num_blocks, float* values);

struct TensorType {
  uint32_t id;  // in the file
  std::string_view name;
  int64_t block_size;     // values of a block
  int64_t block_bytes;    // bytes of a block
  Dequantize dequantize;  // null: hone knows only the size
};

std::span<const TensorType> tensor_types();

// Returns null for an unknown number.
const TensorType* find_tensor_type(uint32_t id);

// Writes the values of whole blocks, as float32; equal to those of ggml and of the Python package gguf, bit by bit.
// `bytes` has type.block_bytes bytes for each type.block_size values. Errors: kUnsupported if the type has no function.
void dequantize(const TensorType& type, std::string_view bytes, std::span<float> values);

// The error of a type without a function. `what` is what has the type, such as a tensor of a file.
Error unsupported_type(const TensorType& type, std::string_view what);

}  // namespace hone::gguf
