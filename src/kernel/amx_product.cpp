// A tile of the first operand has 16 rows of 32 elements as they lie in memory; one of the second has pairs of elements
// of 16 rows side by side (Intel's manual, TDPBF16PS). Few rows: computes y^T = W x^T and packs x as the second
// operand, so that W is read once and as it is. Many rows: computes x W^T and packs W as the second operand. Both add
// the terms of a sum in the same order. Two tiles of each operand at a time keep four tiles of sums.
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
#include <cstring>
#include <vector>

#include "kernel/parallel.h"

// g++ unrolls loops over registers only on request at -O2.
#define HONE_UNROLL_16 _Pragma("GCC unroll 16")

#define HONE_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

namespace hone::kernel {

namespace {

constexpr int64_t kTile = 16;       // rows of a tile, and 32-bit columns
constexpr int64_t kTileDepth = 32;  // elements of W's rows in a tile
constexpr int64_t kRowsOfPair = 2 * kTile;
constexpr int64_t kOutputsOfPair = 2 * kTile;
constexpr int64_t kLine = 64;  // bytes of a cache line, and of a row of a tile
constexpr int64_t kTileBytes = kTile * kLine;
constexpr int64_t kPackedBytes = 256 << 10;  // of W at a time: a part of the second cache
// Below this many rows, packing W takes longer than transposing the sums.
constexpr int64_t kManyRows = 96;

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
  HONE_UNROLL_16
  for (int i = 0; i < 16; i += 2) {
    other[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    other[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  HONE_UNROLL_16
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(other[i], other[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(other[i], other[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(other[i + 1], other[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(other[i + 1], other[i + 3]);
  }
  HONE_UNROLL_16
  for (int i = 0; i < 4; ++i) {
    other[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0x88);
    other[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0xDD);
    other[i + 8] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0x88);
    other[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0xDD);
  }
  HONE_UNROLL_16
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

// Packs 16 rows of `width` elements, the first `num_rows` from `from` and zeros behind them, into tiles
// [depth tile][16 pairs][16 rows][2], each `tile_stride` behind the last; elements beyond the width are 0.
HONE_AMX void pack_tiles(const BFloat16* from, int64_t num_rows, int64_t width, std::byte* to, int64_t tile_stride) {
  for (int64_t begin = 0; begin < width; begin += kTileDepth, to += tile_stride) {
    Lanes lanes;
    HONE_UNROLL_16
    for (int64_t row = 0; row < kTile; ++row) {
      lanes.row[row] =
          row < num_rows ? load_elements(from + row * width + begin, width - begin) : _mm512_setzero_si512();
    }
    transpose(lanes);
    HONE_UNROLL_16
    for (int64_t row = 0; row < kTile; ++row) _mm512_store_si512(to + row * kLine, lanes.row[row]);
  }
}

// Memory that begins at a cache line.
class Lines {
 public:
  explicit Lines(int64_t num_bytes) : memory_(static_cast<size_t>(num_bytes + kLine)) {}
  std::byte* begin() {
    const auto beyond = static_cast<int64_t>(reinterpret_cast<uintptr_t>(memory_.data()) % kLine);
    return memory_.data() + (kLine - beyond) % kLine;
  }

 private:
  std::vector<std::byte> memory_;
};

// x in tiles [row tile][depth tile]; rows and elements beyond the end are 0.
class PackedRows {
 public:
  explicit PackedRows(const AmxProduct& product)
      : num_tiles_((product.num_rows + kTile - 1) / kTile),
        depth_((product.in + kTileDepth - 1) / kTileDepth),
        memory_(num_tiles_ * depth_ * kTileBytes) {
    for (int64_t tile = 0; tile < num_tiles_; ++tile) {
      const int64_t row = tile * kTile;
      pack_tiles(product.x + row * product.in, std::min(kTile, product.num_rows - row), product.in,
                 memory_.begin() + tile * depth_ * kTileBytes, kTileBytes);
    }
    publish(memory_.begin());
  }

  int64_t num_tiles() const { return num_tiles_; }
  int64_t depth() const { return depth_; }
  const std::byte* at(int64_t row_tile, int64_t depth_tile) {
    return memory_.begin() + (row_tile * depth_ + depth_tile) * kTileBytes;
  }

 private:
  int64_t num_tiles_, depth_;
  Lines memory_;
};

// 32 rows of W, or fewer at the end. `weight` has 32 rows, those beyond the end of zeros.
struct OutputBlock {
  const BFloat16* weight;
  int64_t first, count;
  bool is_last;
};

// Calls f with each of the blocks [begin, end).
template <typename F>
void for_each_block(const AmxProduct& product, int64_t begin, int64_t end, F f) {
  std::vector<BFloat16> padded;
  for (int64_t block = begin; block < end; ++block) {
    const int64_t first = block * kOutputsOfPair, left = product.out - first;
    const BFloat16* weight = product.weight + first * product.in;
    if (left < kOutputsOfPair) {
      padded.resize(static_cast<size_t>(kOutputsOfPair * product.in));
      std::copy_n(weight, left * product.in, padded.begin());
      weight = padded.data();
      publish(weight);
    }
    f(OutputBlock{weight, first, std::min(left, kOutputsOfPair), left <= kOutputsOfPair});
  }
}

// --- few rows: y^T = W x^T

// Writes a tile of sums, 16 outputs (rows) of 16 rows of x (columns), from `output` and from `row` on.
HONE_AMX void write_transposed(const AmxProduct& product, const __m512* sums, int64_t row, int64_t output) {
  const int64_t num_rows = std::min(kTile, product.num_rows - row);
  const __mmask16 written = first_lanes(std::min(kTile, product.out - output));
  const __m512 bias =
      product.bias != nullptr ? _mm512_maskz_loadu_ps(written, product.bias + output) : _mm512_setzero_ps();
  Lanes lanes;
  HONE_UNROLL_16
  for (int64_t i = 0; i < kTile; ++i) lanes.row[i] = _mm512_castps_si512(sums[i]);
  transpose(lanes);
  for (int64_t i = 0; i < num_rows; ++i) {
    const __m512 values = _mm512_add_ps(_mm512_castsi512_ps(lanes.row[i]), bias);
    const auto rounded = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
    _mm256_mask_storeu_epi16(product.y + (row + i) * product.out + output, written, rounded);
  }
}

// Tiles 0 to 3: sums; 4 and 5: W; 6 and 7: x.
HONE_AMX void multiply_few(const AmxProduct& product, PackedRows& x, const OutputBlock& block) {
  const int64_t stride = product.in * static_cast<int64_t>(sizeof(BFloat16));
  const int64_t num_whole = product.in / kTileDepth;
  alignas(kLine) __m512i last[kOutputsOfPair];  // the elements that do not fill a tile, followed by zeros
  if (num_whole < x.depth()) {
    for (int64_t row = 0; row < kOutputsOfPair; ++row) {
      last[row] =
          load_elements(block.weight + row * product.in + num_whole * kTileDepth, product.in - num_whole * kTileDepth);
    }
    publish(last);
  }
  for (int64_t tile = 0; tile < x.num_tiles(); tile += 2) {
    const bool has_two = tile + 1 < x.num_tiles();
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const auto multiply = [&](const void* w, int64_t w_stride, int64_t depth) HONE_AMX {
      _tile_loadd(4, w, w_stride);
      _tile_loadd(6, x.at(tile, depth), kLine);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(5, static_cast<const std::byte*>(w) + kTile * w_stride, w_stride);
      _tile_dpbf16ps(1, 5, 6);
      if (!has_two) return;
      _tile_loadd(7, x.at(tile + 1, depth), kLine);
      _tile_dpbf16ps(2, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
    };
    const bool fetches_next = tile == 0 && !block.is_last;
    for (int64_t depth = 0; depth < num_whole; ++depth) {
      const BFloat16* const w = block.weight + depth * kTileDepth;
      if (fetches_next) {
        for (int64_t row = 0; row < kOutputsOfPair; ++row) {
          _mm_prefetch(reinterpret_cast<const char*>(w + (kOutputsOfPair + row) * product.in), _MM_HINT_T1);
        }
      }
      multiply(w, stride, depth);
    }
    if (num_whole < x.depth()) multiply(last, kLine, num_whole);
    alignas(kLine) __m512 sums[4][kTile];
    _tile_stored(0, sums[0], kLine);
    _tile_stored(1, sums[1], kLine);
    const bool has_second_outputs = block.count > kTile;
    write_transposed(product, sums[0], tile * kTile, block.first);
    if (has_second_outputs) write_transposed(product, sums[1], tile * kTile, block.first + kTile);
    if (!has_two) continue;
    _tile_stored(2, sums[2], kLine);
    _tile_stored(3, sums[3], kLine);
    write_transposed(product, sums[2], (tile + 1) * kTile, block.first);
    if (has_second_outputs) write_transposed(product, sums[3], (tile + 1) * kTile, block.first + kTile);
  }
}

HONE_AMX void multiply_few_blocks(const AmxProduct& product, PackedRows& x, int64_t begin, int64_t end) {
  const TilesInUse tiles;
  for_each_block(product, begin, end, [&](const OutputBlock& block) { multiply_few(product, x, block); });
}

// --- many rows: y = x W^T

// x in blocks of 32 rows as they lie in memory, or copied if they do not fill tiles.
class PlainRows {
 public:
  explicit PlainRows(const AmxProduct& product)
      : product_(&product),
        depth_((product.in + kTileDepth - 1) / kTileDepth),
        first_copied_(product.in % kTileDepth == 0 ? product.num_rows / kRowsOfPair : 0),
        copies_((num_blocks() - first_copied_) * kRowsOfPair * stride()) {
    for (int64_t row = first_copied_ * kRowsOfPair; row < product.num_rows; ++row) {
      std::memcpy(copies_.begin() + (row - first_copied_ * kRowsOfPair) * stride(), product.x + row * product.in,
                  static_cast<size_t>(product.in) * sizeof(BFloat16));
    }
    publish(copies_.begin());
  }

  int64_t num_blocks() const { return (product_->num_rows + kRowsOfPair - 1) / kRowsOfPair; }
  int64_t depth() const { return depth_; }
  int64_t stride() const { return depth_ * kLine; }  // bytes; that of x if its rows fill tiles
  const std::byte* at(int64_t block) {
    return block < first_copied_ ? reinterpret_cast<const std::byte*>(product_->x + block * kRowsOfPair * product_->in)
                                 : copies_.begin() + (block - first_copied_) * kRowsOfPair * stride();
  }

 private:
  const AmxProduct* product_;
  int64_t depth_, first_copied_;
  Lines copies_;
};

// Writes 32 x 32 sums from `row` on.
HONE_AMX inline void write_rows(const AmxProduct& product, const __m512 (*sums)[2], int64_t row,
                                const OutputBlock& block) {
  const auto written = static_cast<__mmask32>((uint64_t{1} << block.count) - 1);
  const auto bias_at = [&](int64_t tile) HONE_AMX {
    const auto lanes = static_cast<__mmask16>(written >> (tile * kTile));
    return product.bias != nullptr ? _mm512_maskz_loadu_ps(lanes, product.bias + block.first + tile * kTile)
                                   : _mm512_setzero_ps();
  };
  const __m512 first_bias = bias_at(0), second_bias = bias_at(1);
  const int64_t num_rows = std::min(kRowsOfPair, product.num_rows - row);
  BFloat16* y = product.y + row * product.out + block.first;
  for (int64_t i = 0; i < num_rows; ++i, y += product.out) {
    const auto rounded = reinterpret_cast<__m512i>(
        _mm512_cvtne2ps_pbh(_mm512_add_ps(sums[i][1], second_bias), _mm512_add_ps(sums[i][0], first_bias)));
    if (block.count == kOutputsOfPair) {
      _mm512_storeu_si512(y, rounded);
    } else {
      _mm512_mask_storeu_epi16(y, written, rounded);
    }
  }
}

// A block of W, packed.
struct PackedBlock {
  OutputBlock block;
  const std::byte* tiles;  // [depth tile][2]
};

// Multiplies 32 rows of x. Tiles 0 to 3: sums; 4 and 5: x; 6 and 7: W.
HONE_AMX void multiply_rows(const AmxProduct& product, PlainRows& x, int64_t row_block, const PackedBlock& packed) {
  const std::byte *first_rows = x.at(row_block), *second_rows = first_rows + kTile * x.stride();
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t depth = 0; depth < x.depth(); ++depth) {
    const std::byte* const w = packed.tiles + depth * 2 * kTileBytes;
    _tile_loadd(4, first_rows + depth * kLine, x.stride());
    _tile_loadd(6, w, kLine);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, w + kTileBytes, kLine);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, second_rows + depth * kLine, x.stride());
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  alignas(kLine) __m512 sums[kRowsOfPair][2];
  _tile_stored(0, &sums[0][0], 2 * kLine);
  _tile_stored(1, &sums[0][1], 2 * kLine);
  _tile_stored(2, &sums[kTile][0], 2 * kLine);
  _tile_stored(3, &sums[kTile][1], 2 * kLine);
  write_rows(product, sums, row_block * kRowsOfPair, packed.block);
}

// Packs several blocks of W, which stay in the second cache, so that the rows of x come into the first one only once
// for all of them.
HONE_AMX void multiply_many_blocks(const AmxProduct& product, PlainRows& x, int64_t begin, int64_t end) {
  const TilesInUse tiles;
  const int64_t bytes_of_block = x.depth() * 2 * kTileBytes;
  const int64_t at_once = std::clamp<int64_t>(kPackedBytes / bytes_of_block, 1, end - begin);
  Lines memory(at_once * bytes_of_block);
  for (int64_t first = begin; first < end; first += at_once) {
    std::vector<PackedBlock> packed;
    for_each_block(product, first, std::min(end, first + at_once), [&](const OutputBlock& block) {
      std::byte* const to = memory.begin() + static_cast<int64_t>(packed.size()) * bytes_of_block;
      const int64_t first_count = std::min(kTile, block.count);
      pack_tiles(block.weight, first_count, product.in, to, 2 * kTileBytes);
      pack_tiles(block.weight + kTile * product.in, block.count - first_count, product.in, to + kTileBytes,
                 2 * kTileBytes);
      packed.push_back({block, to});
    });
    publish(memory.begin());
    for (int64_t rows = 0; rows < x.num_blocks(); ++rows) {
      for (const PackedBlock& block : packed) multiply_rows(product, x, rows, block);
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
  check_internal(has_amx_product(), "an AMX product on AMX");
  const int64_t num_blocks = (product.out + kOutputsOfPair - 1) / kOutputsOfPair;
  const int64_t grain = std::max<int64_t>(1, row_grain(product.in) / kOutputsOfPair);
  const auto in_parallel = [&](auto&& x, const auto& multiply) {
    parallel_ranges(num_blocks, grain, [&](int64_t begin, int64_t end, int) { multiply(product, x, begin, end); });
  };
  if (product.num_rows < kManyRows) {
    in_parallel(PackedRows(product), multiply_few_blocks);
  } else {
    in_parallel(PlainRows(product), multiply_many_blocks);
  }
}

}  // namespace hone::kernel

#else

namespace hone::kernel {

bool has_amx_product() { return false; }

void amx_product(const AmxProduct&) { check_internal(false, "an AMX product on AMX"); }

}  // namespace hone::kernel

#endif
