// A product and a sum stay two operations here (-ffp-contract=off in src/CMakeLists.txt), as in ggml and numpy.
#include "gguf/small_blocks.h"

#include "gguf/half.h"

namespace hone::gguf {

namespace {

constexpr int kSmallBlock = 32, kHalfBlock = 16;

// Calls value(q) for the 32 integers of 16 bytes: the low halves of all bytes are the first 16.
template <typename ValueOf>
void each_nibble(const uint8_t* bytes, float* values, const ValueOf& value_of) {
  for (int i = 0; i < kHalfBlock; ++i) {
    values[i] = value_of(bytes[i] & 15, i);
    values[i + kHalfBlock] = value_of(bytes[i] >> 4, i + kHalfBlock);
  }
}

// Calls one(block, values) for each block.
template <int64_t block_bytes, typename One>
void each_block(const uint8_t* blocks, int64_t num_blocks, float* values, const One& one) {
  for (int64_t i = 0; i < num_blocks; ++i) one(blocks + i * block_bytes, values + i * kSmallBlock);
}

// An exponent of base 2 with the bias 127, halved because the levels of MXFP4 are doubled.
float half_power(uint8_t exponent) {
  return std::bit_cast<float>(exponent < 2 ? 0x00200000U << exponent : static_cast<uint32_t>(exponent - 1) << 23);
}

constexpr int8_t kDoubledLevels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

}  // namespace

const int8_t kUnevenLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

void dequantize_f32(const uint8_t* blocks, int64_t num_blocks, float* values) {
  std::memcpy(values, blocks, static_cast<size_t>(num_blocks) * sizeof(float));
}

void dequantize_f16(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t i = 0; i < num_blocks; ++i) values[i] = half_at(blocks + 2 * i);
}

void dequantize_bf16(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t i = 0; i < num_blocks; ++i) {
    values[i] = std::bit_cast<float>(static_cast<uint32_t>(number_at<uint16_t>(blocks + 2 * i)) << 16);
  }
}

void dequantize_f64(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t i = 0; i < num_blocks; ++i) values[i] = static_cast<float>(number_at<double>(blocks + 8 * i));
}

void dequantize_q4_0(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<18>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block);
    each_nibble(block + 2, out, [&](int q, int) { return scale * static_cast<float>(q - 8); });
  });
}

void dequantize_q4_1(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<20>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block), minimum = half_at(block + 2);
    each_nibble(block + 4, out, [&](int q, int) { return scale * static_cast<float>(q) + minimum; });
  });
}

void dequantize_q5_0(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<22>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block);
    const auto high = number_at<uint32_t>(block + 2);
    each_nibble(block + 6, out, [&](int q, int place) {
      const int fifth = static_cast<int>(high >> place & 1);
      return scale * static_cast<float>((q | fifth << 4) - 16);
    });
  });
}

void dequantize_q5_1(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<24>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block), minimum = half_at(block + 2);
    const auto high = number_at<uint32_t>(block + 4);
    each_nibble(block + 8, out, [&](int q, int place) {
      const int fifth = static_cast<int>(high >> place & 1);
      return scale * static_cast<float>(q | fifth << 4) + minimum;
    });
  });
}

void dequantize_q8_0(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<34>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block);
    for (int i = 0; i < kSmallBlock; ++i) out[i] = static_cast<float>(static_cast<int8_t>(block[2 + i])) * scale;
  });
}

void dequantize_iq4_nl(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<18>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_at(block);
    each_nibble(block + 2, out, [&](int q, int) { return scale * static_cast<float>(kUnevenLevels[q]); });
  });
}

void dequantize_mxfp4(const uint8_t* blocks, int64_t num_blocks, float* values) {
  each_block<17>(blocks, num_blocks, values, [](const uint8_t* block, float* out) {
    const float scale = half_power(block[0]);
    each_nibble(block + 1, out, [&](int q, int) { return scale * static_cast<float>(kDoubledLevels[q]); });
  });
}

}  // namespace hone::gguf
