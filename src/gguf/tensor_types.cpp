#include "gguf/tensor_types.h"

#include <algorithm>
#include <string>

#include "gguf/small_blocks.h"
#include "gguf/super_blocks.h"

namespace hone::gguf {

namespace {

// The sizes are those of ggml's structs (ggml-common.h).
constexpr TensorType kTensorTypes[] = {
    {0, "F32", 1, 4, dequantize_f32},
    {1, "F16", 1, 2, dequantize_f16},
    {2, "Q4_0", 32, 18, dequantize_q4_0},
    {3, "Q4_1", 32, 20, dequantize_q4_1},
    {6, "Q5_0", 32, 22, dequantize_q5_0},
    {7, "Q5_1", 32, 24, dequantize_q5_1},
    {8, "Q8_0", 32, 34, dequantize_q8_0},
    {9, "Q8_1", 32, 36, nullptr},
    {10, "Q2_K", 256, 84, dequantize_q2_k},
    {11, "Q3_K", 256, 110, dequantize_q3_k},
    {12, "Q4_K", 256, 144, dequantize_q4_k},
    {13, "Q5_K", 256, 176, dequantize_q5_k},
    {14, "Q6_K", 256, 210, dequantize_q6_k},
    {15, "Q8_K", 256, 292, nullptr},
    {16, "IQ2_XXS", 256, 66, nullptr},
    {17, "IQ2_XS", 256, 74, nullptr},
    {18, "IQ3_XXS", 256, 98, nullptr},
    {19, "IQ1_S", 256, 50, nullptr},
    {20, "IQ4_NL", 32, 18, dequantize_iq4_nl},
    {21, "IQ3_S", 256, 110, nullptr},
    {22, "IQ2_S", 256, 82, nullptr},
    {23, "IQ4_XS", 256, 136, dequantize_iq4_xs},
    {24, "I8", 1, 1, nullptr},
    {25, "I16", 1, 2, nullptr},
    {26, "I32", 1, 4, nullptr},
    {27, "I64", 1, 8, nullptr},
    {28, "F64", 1, 8, dequantize_f64},
    {29, "IQ1_M", 256, 56, nullptr},
    {30, "BF16", 1, 2, dequantize_bf16},
    {34, "TQ1_0", 256, 54, nullptr},
    {35, "TQ2_0", 256, 66, nullptr},
    {39, "MXFP4", 32, 17, dequantize_mxfp4},
    {40, "NVFP4", 64, 36, nullptr},
};

}  // namespace

std::span<const TensorType> tensor_types() { return kTensorTypes; }

const TensorType* find_tensor_type(uint32_t id) {
  const auto* row = std::ranges::find(kTensorTypes, id, &TensorType::id);
  return row == std::end(kTensorTypes) ? nullptr : row;
}

void dequantize(const TensorType& type, std::string_view bytes, std::span<float> values) {
  if (type.dequantize == nullptr) throw unsupported_type(type, "a tensor");
  const auto num_blocks = static_cast<int64_t>(values.size()) / type.block_size;
  check_internal(num_blocks * type.block_size == static_cast<int64_t>(values.size()) &&
                     num_blocks * type.block_bytes == static_cast<int64_t>(bytes.size()),
                 "dequantize: whole blocks and their values");
  type.dequantize(reinterpret_cast<const uint8_t*>(bytes.data()), num_blocks, values.data());
}

Error unsupported_type(const TensorType& type, std::string_view what) {
  std::string known;
  for (const TensorType& row : kTensorTypes) {
    if (row.dequantize != nullptr) known += fmt::format("{}{}", known.empty() ? "" : ", ", row.name);
  }
  return Error(ErrorKind::kUnsupported, fmt::format("{} has the type {}, which hone does not read", what, type.name),
               fmt::format("take a file of the same model in another quantisation; known are {}", known));
}

}  // namespace hone::gguf
