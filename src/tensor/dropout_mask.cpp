// Philox4x32-10 for eight blocks at a time (base/philox.h has the plain form and the paper).
#include "tensor/dropout_mask.h"

#include <algorithm>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hone::tensor {

namespace {

// A word below this drops its element; 2^32 drops all.
uint64_t threshold_of(double p) { return static_cast<uint64_t>(std::ceil(p * 4294967296.0)); }
float scale_of(double p) { return p < 1 ? static_cast<float>(1.0 / (1.0 - p)) : 0.0F; }

#if defined(__x86_64__)

struct Words {
  __m256i word[4];  // word[w] lane b: word w of block b
};

// The eight 64-bit products, as low and high halves.
__attribute__((target("avx2"))) inline void multiply(__m256i a, __m256i factor, __m256i& low, __m256i& high) {
  const __m256i even = _mm256_mul_epu32(a, factor);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), factor);
  low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
  high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}

__attribute__((target("avx2"))) inline __m256i lanes(uint32_t value) {
  return _mm256_set1_epi32(static_cast<int>(value));
}

__attribute__((target("avx2"))) inline Words philox8(const RandomStream& stream, uint64_t block) {
  const uint32_t high = (static_cast<uint32_t>(block >> 32) & 0xFFFFu) | (uint32_t{stream.micro_batch} << 16);
  const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  __m256i c0 = _mm256_add_epi32(lanes(static_cast<uint32_t>(block)), count);
  __m256i c1 = lanes(high), c2 = lanes(stream.site), c3 = lanes(stream.step);
  uint32_t key0 = static_cast<uint32_t>(stream.seed), key1 = static_cast<uint32_t>(stream.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    __m256i low0, high0, low1, high1;
    multiply(c0, lanes(0xD2511F53), low0, high0);
    multiply(c2, lanes(0xCD9E8D57), low1, high1);
    c0 = _mm256_xor_si256(_mm256_xor_si256(high1, c1), lanes(key0));
    c2 = _mm256_xor_si256(_mm256_xor_si256(high0, c3), lanes(key1));
    c1 = low1;
    c3 = low0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

// From words of blocks to elements: rows[r] holds the eight elements from 8 r on.
__attribute__((target("avx2"))) inline Words transpose(const Words& w) {
  const __m256i low01 = _mm256_unpacklo_epi32(w.word[0], w.word[1]),
                high01 = _mm256_unpackhi_epi32(w.word[0], w.word[1]);
  const __m256i low23 = _mm256_unpacklo_epi32(w.word[2], w.word[3]),
                high23 = _mm256_unpackhi_epi32(w.word[2], w.word[3]);
  const __m256i blocks04 = _mm256_unpacklo_epi64(low01, low23), blocks15 = _mm256_unpackhi_epi64(low01, low23);
  const __m256i blocks26 = _mm256_unpacklo_epi64(high01, high23), blocks37 = _mm256_unpackhi_epi64(high01, high23);
  return {{_mm256_permute2x128_si256(blocks04, blocks15, 0x20), _mm256_permute2x128_si256(blocks26, blocks37, 0x20),
           _mm256_permute2x128_si256(blocks04, blocks15, 0x31), _mm256_permute2x128_si256(blocks26, blocks37, 0x31)}};
}

// Whole groups of eight blocks; returns where it stopped.
__attribute__((target("avx2"))) int64_t drop_groups(const float* in, float* out, int64_t begin, int64_t end,
                                                    const DropoutDraw& draw, uint32_t threshold) {
  const __m256i bound = lanes(threshold);
  const __m256 scale = _mm256_set1_ps(scale_of(draw.p));
  for (; end - begin >= 32; begin += 32) {
    const uint64_t block = draw.first_block + static_cast<uint64_t>(begin) / 4;
    if (static_cast<uint32_t>(block) > UINT32_MAX - 7) break;  // the lanes would not carry
    const Words rows = transpose(philox8(draw.stream, block));
    for (int row = 0; row < 4; ++row) {
      const __m256i words = rows.word[row];
      const __m256i kept = _mm256_cmpeq_epi32(_mm256_max_epu32(words, bound), words);
      const __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(in + begin + 8 * row), scale);
      _mm256_storeu_ps(out + begin + 8 * row, _mm256_and_ps(scaled, _mm256_castsi256_ps(kept)));
    }
  }
  return begin;
}

#endif

}  // namespace

void drop_elements_portable(const float* in, float* out, int64_t begin, int64_t end, const DropoutDraw& draw) {
  const uint64_t threshold = threshold_of(draw.p);
  const float scale = scale_of(draw.p);
  for (int64_t place = begin; place < end; place += 4) {
    const PhiloxBlock words = draw.stream.block(draw.first_block + static_cast<uint64_t>(place) / 4);
    const int64_t count = std::min<int64_t>(4, end - place);
    for (int64_t i = 0; i < count; ++i) {
      out[place + i] = words[static_cast<size_t>(i)] >= threshold ? in[place + i] * scale : 0.0F;
    }
  }
}

void drop_elements(const float* in, float* out, int64_t begin, int64_t end, const DropoutDraw& draw) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2 && threshold_of(draw.p) <= UINT32_MAX) {
    begin = drop_groups(in, out, begin, end, draw, static_cast<uint32_t>(threshold_of(draw.p)));
  }
#endif
  drop_elements_portable(in, out, begin, end, draw);
}

}  // namespace hone::tensor
