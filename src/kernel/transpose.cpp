// Transposes small blocks in registers, and large matrices by tiles that fit into the cache.
#include "kernel/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/transpose.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include <algorithm>

#include "kernel/cpu.h"
#include "kernel/lanes.h"
#include "kernel/parallel.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// Four rows of four, in registers of 128 bits.
void transpose_words(const uint32_t* from, int64_t from_stride, uint32_t* to, int64_t to_stride, int64_t m, int64_t n) {
  const hn::FixedTag<uint32_t, 4> words;
  const hn::FixedTag<uint64_t, 2> pairs;
  for (int64_t i = 0; i < m; i += 4) {
    for (int64_t j = 0; j < n; j += 4) {
      const uint32_t* block = from + i * from_stride + j;
      const auto a = hn::LoadU(words, block), b = hn::LoadU(words, block + from_stride),
                 c = hn::LoadU(words, block + 2 * from_stride), d = hn::LoadU(words, block + 3 * from_stride);
      const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(words, a, b)),
                 ab_high = hn::BitCast(pairs, hn::InterleaveUpper(words, a, b)),
                 cd_low = hn::BitCast(pairs, hn::InterleaveLower(words, c, d)),
                 cd_high = hn::BitCast(pairs, hn::InterleaveUpper(words, c, d));
      uint32_t* out = to + j * to_stride + i;
      hn::StoreU(hn::BitCast(words, hn::InterleaveLower(pairs, ab_low, cd_low)), words, out);
      hn::StoreU(hn::BitCast(words, hn::InterleaveUpper(pairs, ab_low, cd_low)), words, out + to_stride);
      hn::StoreU(hn::BitCast(words, hn::InterleaveLower(pairs, ab_high, cd_high)), words, out + 2 * to_stride);
      hn::StoreU(hn::BitCast(words, hn::InterleaveUpper(pairs, ab_high, cd_high)), words, out + 3 * to_stride);
    }
  }
}

// Eight rows of eight: interleaves rows 2 i and 2 i + 1 into words, then transposes 4 x 4 blocks of words.
void transpose_halves(const uint16_t* from, int64_t from_stride, uint16_t* to, int64_t to_stride, int64_t m,
                      int64_t n) {
  const hn::FixedTag<uint16_t, 8> halves;
  const hn::FixedTag<uint32_t, 4> words;
  alignas(16) uint32_t woven[8][4];
  for (int64_t i = 0; i < m; i += 8) {
    for (int64_t j = 0; j < n; j += 8) {
      for (int64_t pair = 0; pair < 4; ++pair) {
        const uint16_t* row = from + (i + 2 * pair) * from_stride + j;
        const auto even = hn::LoadU(halves, row), odd = hn::LoadU(halves, row + from_stride);
        hn::Store(hn::BitCast(words, hn::InterleaveLower(halves, even, odd)), words, woven[pair]);
        hn::Store(hn::BitCast(words, hn::InterleaveUpper(halves, even, odd)), words, woven[4 + pair]);
      }
      uint32_t columns[8][4];  // [column][pair of rows]
      transpose_words(woven[0], 4, columns[0], 4, 4, 4);
      transpose_words(woven[4], 4, columns[4], 4, 4, 4);
      for (int64_t column = 0; column < 8; ++column) {
        hn::StoreU(hn::BitCast(halves, hn::LoadU(words, columns[column])), halves, to + (j + column) * to_stride + i);
      }
    }
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hone::kernel {

namespace {

constexpr int64_t kBlock = 8, kTile = 64;

template <typename T>
void transpose_plainly(const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t m, int64_t n) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) to[j * to_stride + i] = from[i * from_stride + j];
  }
}

// A tile of any size: whole blocks, then the remainders to the right and below.
void transpose_any_tile(const uint16_t* from, int64_t from_stride, uint16_t* to, int64_t to_stride, int64_t m,
                        int64_t n) {
  const int64_t whole_m = m / kBlock * kBlock, whole_n = n / kBlock * kBlock;
  transpose_tile(from, from_stride, to, to_stride, whole_m, whole_n);
  transpose_plainly(from + whole_n, from_stride, to + whole_n * to_stride, to_stride, whole_m, n - whole_n);
  transpose_plainly(from + whole_m * from_stride, from_stride, to + whole_m, to_stride, m - whole_m, n);
}

}  // namespace

void transpose_tile(const uint32_t* from, int64_t from_stride, uint32_t* to, int64_t to_stride, int64_t m, int64_t n) {
  if (cpu_level() == CpuLevel::kScalar) return transpose_plainly(from, from_stride, to, to_stride, m, n);
  HONE_KERNEL(transpose_words)(from, from_stride, to, to_stride, m, n);
}

void transpose_tile(const uint16_t* from, int64_t from_stride, uint16_t* to, int64_t to_stride, int64_t m, int64_t n) {
  if (cpu_level() == CpuLevel::kScalar) return transpose_plainly(from, from_stride, to, to_stride, m, n);
  HONE_KERNEL(transpose_halves)(from, from_stride, to, to_stride, m, n);
}

void transpose_matrix(const uint16_t* from, uint16_t* to, int64_t m, int64_t n) {
  parallel_ranges((n + kTile - 1) / kTile, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t j = begin * kTile; j < std::min(end * kTile, n); j += kTile) {
      for (int64_t i = 0; i < m; i += kTile) {
        transpose_any_tile(from + i * n + j, n, to + j * m + i, m, std::min(kTile, m - i), std::min(kTile, n - j));
      }
    }
  });
}

}  // namespace hone::kernel
#endif
