// Computes y^T = W x^T: a tile of W has 16 rows of 32 elements as they lie in memory, and x is packed into the layout
// of the second operand, pairs of elements of 16 rows of x side by side (Intel's manual, TDPBF16PS). Two tiles of W and
// two of x at a time keep four tiles of sums.
#include "kernel/amx_product.h"

#include "base/error.h"
#include "kernel/cpu.h"

#if defined(__x86_64__)

// g++ 12 warns of its own header: its intrinsics begin with undefined values (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernel/parallel.h"

#define HONE_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

namespace hone::kernel {

namespace {

constexpr int64_t kTile = 16;       // rows of a tile, and 32-bit columns
constexpr int64_t kTileDepth = 32;  // elements of W's rows in a tile
constexpr int64_t kRowsOfPair = 2 * kTile;
constexpr int64_t kOutputsOfPair = 2 * kTile;
constexpr int64_t kPackedBytes = 1 << 20;  // of x at a time, so that it stays in the second cache

bool asks_for_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {kTile, kTile, kTile, kTile, kTile, kTile, kTile, kTile};
};
// In memory from the start: g++ does not know that _tile_loadconfig reads all of it.
constexpr TileConfig kTileConfig;

// Makes the compiler write the memory that the next tile loads read: it does not know that they read it.
inline void publish(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

// Lets a thread use the tiles while it lives.
class TilesInUse {
 public:
  HONE_AMX TilesInUse() { _tile_loadconfig(&kTileConfig); }
  HONE_AMX ~TilesInUse() { _tile_release(); }
  TilesInUse(const TilesInUse&) = delete;
  TilesInUse& operator=(const TilesInUse&) = delete;
};

struct Lanes {
  __m512i row[kTile];
};

// Transposes 16 x 16 elements of 32 bits.
HONE_AMX inline void transpose(Lanes& lanes) {
  auto& rows = lanes.row;
  __m512i other[kTile];
  for (int i = 0; i < 16; i += 2) {
    other[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    other[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(other[i], other[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(other[i], other[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(other[i + 1], other[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(other[i + 1], other[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    other[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0x88);
    other[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0xDD);
    other[i + 8] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0x88);
    other[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0xDD);
  }
  for (int i = 0; i < 8; ++i) {
    rows[i] = _mm512_shuffle_i32x4(other[i], other[i + 8], 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(other[i], other[i + 8], 0xDD);
  }
}

// The lanes of the first `count` elements of 32 bits.
HONE_AMX inline __mmask16 first_lanes(int64_t count) { return static_cast<__mmask16>((1U << count) - 1); }

// Loads up to 32 elements; the others are 0.
HONE_AMX inline __m512i load_elements(const BFloat16* from, int64_t count) {
  if (count >= kTileDepth) return _mm512_loadu_si512(from);
  return _mm512_maskz_loadu_epi16((1U << count) - 1, from);
}

// x in tiles [row tile][depth tile][16 pairs][16 rows][2]; rows and elements beyond the end are 0.
class PackedRows {
 public:
  PackedRows(const AmxProduct& product, int64_t first_row, int64_t num_rows)
      : num_tiles_((num_rows + kTile - 1) / kTile),
        depth_((product.in + kTileDepth - 1) / kTileDepth),
        memory_(static_cast<size_t>(num_tiles_ * depth_ * kTile) * sizeof(__m512i) + 64) {
    const int64_t grain = std::max<int64_t>(1, 4096 / (depth_ * kTile));
    parallel_ranges(num_tiles_, grain, [&](int64_t begin, int64_t end, int) {
      for (int64_t tile = begin; tile < end; ++tile) {
        pack(product, first_row + tile * kTile, std::min(kTile, num_rows - tile * kTile), at(tile, 0));
      }
    });
  }

  int64_t num_tiles() const { return num_tiles_; }
  int64_t depth() const { return depth_; }
  const std::byte* at(int64_t row_tile, int64_t depth_tile) const {
    return begin() + (row_tile * depth_ + depth_tile) * kTile * static_cast<int64_t>(sizeof(__m512i));
  }

 private:
  std::byte* begin() const {
    auto* const first = const_cast<std::byte*>(memory_.data());
    return first + (64 - reinterpret_cast<uintptr_t>(first) % 64) % 64;
  }

  HONE_AMX void pack(const AmxProduct& product, int64_t first_row, int64_t num_rows, const std::byte* to) const {
    auto* target = reinterpret_cast<__m512i*>(const_cast<std::byte*>(to));
    for (int64_t tile = 0; tile < depth_; ++tile) {
      const int64_t begin = tile * kTileDepth, count = std::min(kTileDepth, product.in - begin);
      Lanes lanes;
      for (int64_t row = 0; row < kTile; ++row) {
        lanes.row[row] = row < num_rows ? load_elements(product.x + (first_row + row) * product.in + begin, count)
                                        : _mm512_setzero_si512();
      }
      transpose(lanes);
      for (const __m512i& pairs : lanes.row) _mm512_store_si512(target++, pairs);
    }
  }

  int64_t num_tiles_, depth_;
  std::vector<std::byte> memory_;
};

// The elements of W's rows that do not fill a tile, followed by zeros.
struct alignas(64) LastDepth {
  __m512i rows[kOutputsOfPair];
};

// Sums of a tile: 16 outputs (rows) of 16 rows of x (columns).
struct alignas(64) Sums {
  __m512 outputs[kTile];
};

// What a product of a block of outputs writes.
struct Target {
  const AmxProduct* product;
  int64_t output;               // the first of the block
  int64_t first_new_output;     // those before are in the block before
  int64_t first_row, num_rows;  // of x
};

// Writes a tile of sums, which begins at `output` and at row `row` of x.
HONE_AMX inline void write(const Sums& sums, const Target& target, int64_t output, int64_t row) {
  const int64_t num_rows = std::min(kTile, target.num_rows - (row - target.first_row));
  const AmxProduct& product = *target.product;
  const int64_t num_old = std::clamp<int64_t>(target.first_new_output - output, 0, kTile);
  if (num_rows <= 0 || num_old == kTile) return;
  const auto written = static_cast<__mmask16>(~first_lanes(num_old));
  const __m512 bias = product.bias != nullptr ? _mm512_loadu_ps(product.bias + output) : _mm512_setzero_ps();
  Lanes lanes;
  for (int64_t i = 0; i < kTile; ++i) lanes.row[i] = _mm512_castps_si512(sums.outputs[i]);
  transpose(lanes);
  for (int64_t i = 0; i < num_rows; ++i) {
    const __m512 values = _mm512_add_ps(_mm512_castsi512_ps(lanes.row[i]), bias);
    const auto rounded = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
    _mm256_mask_storeu_epi16(product.y + (row + i) * product.out + output, written, rounded);
  }
}

// A block of 16 or 32 outputs for all packed rows. Tiles 0 to 3: sums; 4 and 5: W; 6 and 7: x.
template <bool has_two_outputs>
HONE_AMX void multiply_block(const Target& target, const PackedRows& x, bool fetches_next) {
  constexpr int64_t kOutputs = has_two_outputs ? kOutputsOfPair : kTile;
  const AmxProduct& product = *target.product;
  const BFloat16* const weight = product.weight + target.output * product.in;
  const int64_t stride = product.in * static_cast<int64_t>(sizeof(BFloat16));
  const int64_t num_whole = product.in / kTileDepth;
  LastDepth last;
  if (num_whole < x.depth()) {
    for (int64_t row = 0; row < kOutputs; ++row) {
      last.rows[row] =
          load_elements(weight + row * product.in + num_whole * kTileDepth, product.in - num_whole * kTileDepth);
    }
    publish(last.rows);
  }
  for (int64_t tile = 0; tile < x.num_tiles(); tile += 2) {
    const bool has_two_rows = tile + 1 < x.num_tiles();
    const std::byte *first_rows = x.at(tile, 0), *second_rows = has_two_rows ? x.at(tile + 1, 0) : nullptr;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const auto multiply = [&](const void* w, int64_t w_stride, int64_t depth) HONE_AMX {
      const int64_t at = depth * kTile * static_cast<int64_t>(sizeof(__m512i));
      _tile_loadd(4, w, w_stride);
      _tile_loadd(6, first_rows + at, 64);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (has_two_outputs) {
        _tile_loadd(5, static_cast<const std::byte*>(w) + kTile * w_stride, w_stride);
        _tile_dpbf16ps(1, 5, 6);
      }
      if (!has_two_rows) return;
      _tile_loadd(7, second_rows + at, 64);
      _tile_dpbf16ps(2, 4, 7);
      if constexpr (has_two_outputs) _tile_dpbf16ps(3, 5, 7);
    };
    for (int64_t depth = 0; depth < num_whole; ++depth) {
      const BFloat16* const w = weight + depth * kTileDepth;
      if (fetches_next && tile == 0) {
        for (int64_t row = 0; row < kOutputs; ++row) {
          _mm_prefetch(reinterpret_cast<const char*>(w + (kOutputs + row) * product.in), _MM_HINT_T0);
        }
      }
      multiply(w, stride, depth);
    }
    if (num_whole < x.depth()) multiply(last.rows, sizeof(__m512i), num_whole);
    Sums sums;
    const int64_t row = target.first_row + tile * kTile;
    _tile_stored(0, sums.outputs, 64);
    write(sums, target, target.output, row);
    if constexpr (has_two_outputs) {
      _tile_stored(1, sums.outputs, 64);
      write(sums, target, target.output + kTile, row);
    }
    if (!has_two_rows) continue;
    _tile_stored(2, sums.outputs, 64);
    write(sums, target, target.output, row + kTile);
    if constexpr (has_two_outputs) {
      _tile_stored(3, sums.outputs, 64);
      write(sums, target, target.output + kTile, row + kTile);
    }
  }
}

// The blocks of outputs [begin, end) for these rows.
HONE_AMX void multiply_blocks(const AmxProduct& product, const PackedRows& x, int64_t first_row, int64_t num_rows,
                              int64_t begin, int64_t end) {
  const TilesInUse tiles;
  for (int64_t block = begin; block < end; ++block) {
    const int64_t output = block * kOutputsOfPair, left = product.out - output;
    Target target{&product, output, output, first_row, num_rows};
    if (left >= kOutputsOfPair) {
      multiply_block<true>(target, x, /*fetches_next=*/left >= 2 * kOutputsOfPair);
      continue;
    }
    // The last outputs in tiles of 16, the last of which may begin among those before.
    for (; target.first_new_output < product.out; target.first_new_output = target.output + kTile) {
      target.output = std::min(target.first_new_output, product.out - kTile);
      multiply_block<false>(target, x, /*fetches_next=*/false);
    }
  }
}

}  // namespace

bool has_amx_product() {
  static const bool has_tiles =
      detected_cpu_level() == CpuLevel::kAmx && __builtin_cpu_supports("avx512bf16") && asks_for_tiles();
  return has_tiles && cpu_level() == CpuLevel::kAmx;
}

void amx_product(const AmxProduct& product) {
  check_internal(has_amx_product() && product.out >= kMinAmxOutputs && product.in > 0, "an AMX product on AMX");
  const int64_t bytes_of_row = (product.in + kTileDepth) * static_cast<int64_t>(sizeof(BFloat16));
  const int64_t at_once = std::max<int64_t>(1, kPackedBytes / bytes_of_row / kRowsOfPair) * kRowsOfPair;
  const int64_t num_blocks = (product.out + kOutputsOfPair - 1) / kOutputsOfPair;
  for (int64_t row = 0; row < product.num_rows; row += at_once) {
    const int64_t num_rows = std::min(at_once, product.num_rows - row);
    const PackedRows x(product, row, num_rows);
    const int64_t grain = std::max<int64_t>(1, row_grain(product.in) / kOutputsOfPair);
    parallel_ranges(num_blocks, grain,
                    [&](int64_t begin, int64_t end, int) { multiply_blocks(product, x, row, num_rows, begin, end); });
  }
}

}  // namespace hone::kernel

#else

namespace hone::kernel {

bool has_amx_product() { return false; }

void amx_product(const AmxProduct&) { check_internal(false, "an AMX product on AMX"); }

}  // namespace hone::kernel

#endif
