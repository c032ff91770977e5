// A product and a difference stay two operations here (-ffp-contract=off in src/CMakeLists.txt), as in ggml and numpy.
#include "gguf/super_blocks.h"

#include "gguf/half.h"
#include "gguf/small_blocks.h"

namespace hone::gguf {

namespace {

constexpr int kSuperBlock = 256, kGroup = 32, kNumGroups = kSuperBlock / kGroup;

struct GroupScale {
  int scale, minimum;
};

// The eight scales and minima of 6 bits in the 12 bytes of Q4_K and Q5_K.
GroupScale six_bits(const uint8_t* packed, int group) {
  if (group < 4) return {packed[group] & 63, packed[group + 4] & 63};
  const int low = packed[group + 4];
  return {(low & 15) | (packed[group - 4] >> 6 << 4), low >> 4 | (packed[group] >> 6 << 4)};
}

// The sixteen scales of 6 bits in the 12 bytes of Q3_K: eight bytes with the lower four bits of two, then four bytes
// with the upper two bits of four.
int scale_of_q3_k(const uint8_t* packed, int group) {
  const int low = group < 8 ? packed[group] & 15 : packed[group - 8] >> 4;
  const int high = packed[8 + group % 4] >> (2 * (group / 4)) & 3;
  return (low | high << 4) - 32;
}

// Writes eight groups of 32: scale * q - minimum. `fifth_bits` (32 bytes, a bit for each group) may be null.
void write_groups(float scale, float minimum_scale, const uint8_t* scales, const uint8_t* fifth_bits,
                  const uint8_t* low, float* values) {
  for (int group = 0; group < kNumGroups; ++group) {
    const GroupScale own = six_bits(scales, group);
    const float d = scale * static_cast<float>(own.scale), m = minimum_scale * static_cast<float>(own.minimum);
    for (int i = 0; i < kGroup; ++i) {
      int q = low[group / 2 * kGroup + i] >> (4 * (group % 2)) & 15;
      if (fifth_bits != nullptr) q |= (fifth_bits[i] >> group & 1) << 4;
      values[group * kGroup + i] = d * static_cast<float>(q) - m;
    }
  }
}

}  // namespace

// scales[16] (4 bits, and 4 of the minimum), q[64] (2 bits), half d, half d of the minima
void dequantize_q2_k(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 84, values += kSuperBlock) {
    const uint8_t* q = blocks + 16;
    const float scale = half_at(blocks + 80), minimum_scale = half_at(blocks + 82);
    for (int i = 0; i < kSuperBlock; ++i) {
      const uint8_t own = blocks[i / 16];
      const float d = scale * static_cast<float>(own & 15), m = minimum_scale * static_cast<float>(own >> 4);
      const int bits = q[i / 128 * kGroup + i % kGroup] >> (2 * (i / kGroup % 4)) & 3;
      values[i] = d * static_cast<float>(bits) - m;
    }
  }
}

// mask[32] (the third bits, inverted), q[64] (2 bits), scales[12], half d
void dequantize_q3_k(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 110, values += kSuperBlock) {
    const uint8_t *mask = blocks, *q = blocks + 32, *scales = blocks + 96;
    const float scale = half_at(blocks + 108);
    for (int i = 0; i < kSuperBlock; ++i) {
      const float d = scale * static_cast<float>(scale_of_q3_k(scales, i / 16));
      const int bits = q[i / 128 * kGroup + i % kGroup] >> (2 * (i / kGroup % 4)) & 3;
      const int third = mask[i % kGroup] >> (i / kGroup) & 1;
      values[i] = d * static_cast<float>(bits - (third == 0 ? 4 : 0));
    }
  }
}

// half d, half d of the minima, scales[12], q[128] (4 bits)
void dequantize_q4_k(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 144, values += kSuperBlock) {
    write_groups(half_at(blocks), half_at(blocks + 2), blocks + 4, nullptr, blocks + 16, values);
  }
}

// half d, half d of the minima, scales[12], fifth bits[32], q[128] (4 bits)
void dequantize_q5_k(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 176, values += kSuperBlock) {
    write_groups(half_at(blocks), half_at(blocks + 2), blocks + 4, blocks + 16, blocks + 48, values);
  }
}

// q[128] (the lower 4 bits), q[64] (the upper 2 bits), signed scales[16], half d
void dequantize_q6_k(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 210, values += kSuperBlock) {
    const uint8_t *low = blocks, *high = blocks + 128, *scales = blocks + 192;
    const float scale = half_at(blocks + 208);
    for (int i = 0; i < kSuperBlock; ++i) {
      const float d = scale * static_cast<float>(static_cast<int8_t>(scales[i / 16]));
      const int half = i / 128, part = i / kGroup % 4, place = i % kGroup;
      const int lower = low[half * 64 + part % 2 * kGroup + place] >> (4 * (part / 2)) & 15;
      const int upper = high[half * kGroup + place] >> (2 * part) & 3;
      values[i] = d * static_cast<float>((lower | upper << 4) - 32);
    }
  }
}

// half d, the upper 2 bits of eight scales[2], their lower 4 bits[4], q[128] (places of levels)
void dequantize_iq4_xs(const uint8_t* blocks, int64_t num_blocks, float* values) {
  for (int64_t block = 0; block < num_blocks; ++block, blocks += 136, values += kSuperBlock) {
    const float scale = half_at(blocks);
    const auto high = number_at<uint16_t>(blocks + 2);
    const uint8_t *low = blocks + 4, *q = blocks + 8;
    for (int group = 0; group < kNumGroups; ++group) {
      const int bits = (low[group / 2] >> (4 * (group % 2)) & 15) | (high >> (2 * group) & 3) << 4;
      const float d = scale * static_cast<float>(bits - 32);
      for (int i = 0; i < kGroup; ++i) {
        const int level = q[group * 16 + i % 16] >> (4 * (i / 16)) & 15;
        values[group * kGroup + i] = d * static_cast<float>(kUnevenLevels[level]);
      }
    }
  }
}

}  // namespace hone::gguf
