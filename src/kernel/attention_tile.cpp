// Flags that change the inner loops are template parameters.
#include "kernel/attention_tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/attention_tile.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include <hwy/cache_control.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "kernel/cpu.h"
#include "kernel/lanes.h"
#include "kernel/math_lanes.h"
#include "kernel/philox_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kVector = static_cast<int64_t>(kLanes);
constexpr int64_t kDrawnKeys = 8;  // keys whose dropout is drawn at a time
static_assert(kTilePadding<float> % kDrawnKeys == 0 && kTilePadding<BFloat16> % kDrawnKeys == 0);

// The dropout draws of a vector of queries. Holds the first block of each lane and the factor of a kept weight.
class Draws {
 public:
  HWY_INLINE Draws(const TileRules& rules, int64_t column)
      : place_(rules.stream),
        threshold_(hn::Set(UintTag(), threshold_of(rules.p))),
        kept_(hn::Set(kFloats, rules.p < 1 ? static_cast<float>(1 / (1 - rules.p)) : 0.0F)) {
    uint32_t low[kLanes], high[kLanes];
    for (int64_t lane = 0; lane < kVector; ++lane) {
      const uint64_t block = rules.first_block + static_cast<uint64_t>(column + lane) * rules.blocks_per_query;
      low[lane] = static_cast<uint32_t>(block);
      high[lane] = static_cast<uint32_t>(block >> 32) & 0xFFFF;
    }
    low_ = hn::LoadU(UintTag(), low);
    high_ = hn::LoadU(UintTag(), high);
  }

  // factor[w]: 0, or 1 / (1 - p), for key 4 n + w.
  HWY_INLINE void draw(int64_t n, Floats (&factor)[kDrawnKeys]) const {
    PhiloxBlocks first = blocks(n), second = blocks(n + 1);
    HWY_UNROLL(10)
    for (int round = 0; round < PhiloxPlace::kRounds; ++round) {
      first.run_round(place_, round);
      second.run_round(place_, round);
    }
    const PhiloxWords words[] = {first.words(), second.words()};
    HWY_UNROLL(8)
    for (int w = 0; w < kDrawnKeys; ++w) {
      const auto word = words[w / 4].word[w % 4];
      const auto is_kept = hn::RebindMask(kFloats, hn::Eq(hn::Max(word, threshold_), word));
      factor[w] = hn::IfThenElseZero(is_kept, kept_);
    }
  }

 private:
  // Returns the threshold: a word below it drops its weight. At p = 1 the factor is 0, which drops all weights.
  static HWY_INLINE uint32_t threshold_of(double p) {
    const double threshold = std::ceil(p * 4294967296.0);
    return threshold >= 4294967295.0 ? 0xFFFFFFFF : static_cast<uint32_t>(threshold);
  }

  HWY_INLINE PhiloxBlocks blocks(int64_t n) const {
    const UintTag uints;
    const auto low = hn::Add(low_, hn::Set(uints, static_cast<uint32_t>(n)));
    const auto carries = hn::VecFromMask(uints, hn::Lt(low, low_));  // all ones, which is -1
    return {place_, low, hn::Sub(high_, carries)};
  }

  PhiloxPlace place_;
  Uints threshold_, low_, high_;
  Floats kept_;
};

// Marks the padding rows as unseen.
HWY_INLINE void mark_padding(const TileRules& rules, float* scores) {
  const int64_t begin = rules.num_keys * rules.padded_queries, end = rules.padded_keys * rules.padded_queries;
  for (int64_t i = begin; i < end; i += kVector) store(hn::Set(kFloats, -kInfinity), scores + i);
}

// Returns the scaled score, softly capped if the rules say so.
HWY_INLINE Floats capped_score(const TileRules& rules, Floats score) {
  const auto scaled = hn::Mul(score, hn::Set(kFloats, rules.scale));
  if (rules.soft_cap == 0) return scaled;
  return hn::Mul(tanh_lanes(hn::Div(scaled, hn::Set(kFloats, rules.soft_cap))), hn::Set(kFloats, rules.soft_cap));
}

// Returns the derivative of a capped score by the score before it was scaled.
HWY_INLINE Floats slope_of(const TileRules& rules, Floats capped) {
  const auto scale = hn::Set(kFloats, rules.scale);
  if (rules.soft_cap == 0) return scale;
  const auto tanh = hn::Div(capped, hn::Set(kFloats, rules.soft_cap));
  return hn::Mul(scale, hn::NegMulAdd(tanh, tanh, hn::Set(kFloats, 1.0F)));
}

// Returns the capped score with bias and masks of `key`, for the queries from `column` on.
HWY_INLINE Floats masked_score(const TileRules& rules, Floats score, int64_t key, int64_t column) {
  if (key >= rules.num_keys) return hn::Set(kFloats, -kInfinity);
  if (rules.bias != nullptr) {
    float bias[kLanes] = {};
    for (int64_t lane = 0; lane < kVector && column + lane < rules.num_queries; ++lane) {
      bias[lane] = rules.bias[(column + lane) * rules.bias_query_stride + key];
    }
    score = hn::Add(score, load(bias));
  }
  const auto unseen = hn::Set(kFloats, -kInfinity);
  if (rules.key_mask != nullptr && rules.key_mask[key] == 0) return unseen;
  if (!rules.causal && !rules.has_window) return score;
  const IntTag ints;
  const auto query = hn::Iota(ints, static_cast<int32_t>(rules.first_query + column));
  const auto distance = hn::Sub(query, hn::Set(ints, static_cast<int32_t>(rules.first_key + key)));
  if (rules.has_window) {
    const auto is_far = hn::Gt(hn::Abs(distance), hn::Set(ints, rules.window));
    score = hn::IfThenElse(hn::RebindMask(kFloats, is_far), unseen, score);
  }
  if (!rules.causal) return score;
  return hn::IfThenElse(hn::RebindMask(kFloats, hn::Lt(distance, hn::Zero(ints))), unseen, score);
}

// Scales (and masks) the scores of one vector of queries in place; returns their maximum over the keys.
template <bool kMasked>
HWY_INLINE Floats column_maximum(const TileRules& rules, float* scores, int64_t column) {
  Floats largest[4];
  for (auto& m : largest) m = hn::Set(kFloats, -kInfinity);
  for (int64_t key = 0; key < rules.padded_keys; key += 4) {
    HWY_UNROLL(4)
    for (int64_t w = 0; w < 4; ++w) {
      float* at = scores + (key + w) * rules.padded_queries + column;
      auto score = load(at);
      if constexpr (kMasked) {
        score = masked_score(rules, capped_score(rules, score), key + w, column);
        store(score, at);
      }
      largest[w] = hn::Max(largest[w], score);
    }
  }
  const auto all = hn::Max(hn::Max(largest[0], largest[1]), hn::Max(largest[2], largest[3]));
  return kMasked ? all : hn::Mul(all, hn::Set(kFloats, rules.scale));
}

HWY_INLINE void store_pair(Floats even, Floats odd, BFloat16* pairs) {
  const auto bits = hn::Or(bfloat16_bits(even), hn::ShiftLeft<16>(bfloat16_bits(odd)));
  hn::StoreU(bits, UintTag(), reinterpret_cast<uint32_t*>(pairs));
}

template <bool kMasked, bool kDrops, bool kHalves>
void softmax_column(const TileRules& rules, const RunningSoftmax& running, float* scores, BFloat16* weights,
                    int64_t column) {
  const int64_t row = rules.padded_queries, num_keys = rules.padded_keys;
  const auto before = load(running.maximum + column);
  const auto now = hn::Max(before, column_maximum<kMasked>(rules, scores, column));
  // A query that has seen no key yet may have any finite maximum.
  const auto maximum = hn::IfThenZeroElse(hn::Eq(now, hn::Set(kFloats, -kInfinity)), now);
  const auto scale = hn::Set(kFloats, kMasked ? 1.0F : rules.scale);
  const Draws draws(rules, column);
  Floats sum[4], factor[kDrawnKeys];
  for (auto& s : sum) s = hn::Zero(kFloats);
  for (int64_t key = 0; key < num_keys; key += kDrawnKeys) {
    if constexpr (kDrops) draws.draw(key / 4, factor);
    Floats weight[kDrawnKeys];
    HWY_UNROLL(8)
    for (int64_t w = 0; w < kDrawnKeys; ++w) {
      // Not fused, so that it rounds like the maximum. Then no score is above the maximum, as exp_limited_lanes
      // requires.
      const auto score = hn::Mul(load(scores + (key + w) * row + column), scale);
      weight[w] = exp_limited_lanes(hn::Sub(score, maximum));
      sum[w % 4] = hn::Add(sum[w % 4], weight[w]);
      if constexpr (kDrops) weight[w] = hn::Mul(weight[w], factor[w]);
      if constexpr (!kHalves) store(weight[w], scores + (key + w) * row + column);
    }
    if constexpr (kHalves) {
      for (int64_t w = 0; w < kDrawnKeys; w += 2) {
        store_pair(weight[w], weight[w + 1], weights + ((key + w) * row + 2 * column));
      }
    }
  }
  const auto correction = exp_lanes(hn::Sub(before, maximum));
  const auto total = hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3]));
  store(now, running.maximum + column);
  store(correction, running.correction + column);
  store(hn::MulAdd(load(running.sum + column), correction, total), running.sum + column);
}

template <bool kMasked, bool kDrops, bool kHalves>
void softmax_columns(const TileRules& rules, const RunningSoftmax& running, float* scores, BFloat16* weights) {
  mark_padding(rules, scores);
  for (int64_t column = 0; column < rules.padded_queries; column += kVector) {
    softmax_column<kMasked, kDrops, kHalves>(rules, running, scores, weights, column);
  }
}

template <bool kMasked, bool kDrops, bool kHalves>
void backward_column(const TileRules& rules, const TileGradients& tile, int64_t column) {
  const int64_t row = rules.padded_queries, num_keys = rules.padded_keys;
  const auto logsumexp = load(tile.logsumexp + column), delta = load(tile.delta + column);
  const auto scale = hn::Set(kFloats, rules.scale);
  // Copies, because the compiler must assume that a store of results changes the pointers in `tile`.
  float *const scores = tile.scores, *const gradients = tile.gradients;
  BFloat16 *const weight_rows = tile.weight_rows, *const gradient_rows = tile.gradient_rows;
  BFloat16* const gradient_pairs = tile.gradient_pairs;
  const Draws draws(rules, column);
  Floats factor[kDrawnKeys];
  for (int64_t key = 0; key < num_keys; key += kDrawnKeys) {
    if constexpr (kDrops) draws.draw(key / 4, factor);
    Floats weight[kDrawnKeys], gradient[kDrawnKeys];
    HWY_UNROLL(8)
    for (int64_t w = 0; w < kDrawnKeys; ++w) {
      const int64_t at = (key + w) * row + column;
      auto score = load(scores + at);
      auto slope = scale;
      if constexpr (kMasked) {
        score = capped_score(rules, score);
        slope = slope_of(rules, score);
        score = masked_score(rules, score, key + w, column);
      } else {
        score = hn::Mul(score, scale);
      }
      weight[w] = exp_limited_lanes(hn::Sub(score, logsumexp));  // at most 1, because the sum contains it
      gradient[w] = load(gradients + at);
      if constexpr (kDrops) gradient[w] = hn::Mul(gradient[w], factor[w]);
      gradient[w] = hn::Mul(hn::Mul(weight[w], slope), hn::Sub(gradient[w], delta));
      if constexpr (kDrops) weight[w] = hn::Mul(weight[w], factor[w]);
      if constexpr (kHalves) {
        store(weight[w], weight_rows + at);
        store(gradient[w], gradient_rows + at);
      } else {
        store(weight[w], scores + at);
        store(gradient[w], gradients + at);
      }
    }
    if constexpr (kHalves) {
      for (int64_t w = 0; w < kDrawnKeys; w += 2) {
        store_pair(gradient[w], gradient[w + 1], gradient_pairs + ((key + w) * row + 2 * column));
      }
    }
  }
}

template <bool kMasked, bool kDrops, bool kHalves>
void backward_columns(const TileRules& rules, const TileGradients& tile) {
  mark_padding(rules, tile.scores);
  for (int64_t column = 0; column < rules.padded_queries; column += kVector) {
    backward_column<kMasked, kDrops, kHalves>(rules, tile, column);
  }
}

// Calls f with the flags of these rules as compile-time constants.
template <typename F>
HWY_INLINE void with_flags(const TileRules& rules, bool halves, F f) {
  const bool masked =
      rules.causal || rules.has_window || rules.key_mask != nullptr || rules.bias != nullptr || rules.soft_cap > 0;
  const auto with_halves = [&](auto is_masked, auto drops) {
    halves ? f(is_masked, drops, std::true_type()) : f(is_masked, drops, std::false_type());
  };
  const auto with_drops = [&](auto is_masked) {
    rules.p > 0 ? with_halves(is_masked, std::true_type()) : with_halves(is_masked, std::false_type());
  };
  masked ? with_drops(std::true_type()) : with_drops(std::false_type());
}

void softmax_any(const TileRules& rules, const RunningSoftmax& running, float* scores, BFloat16* weights) {
  with_flags(rules, weights != nullptr, [&](auto masked, auto drops, auto halves) {
    softmax_columns<masked.value, drops.value, halves.value>(rules, running, scores, weights);
  });
}

void backward_any(const TileRules& rules, const TileGradients& tile) {
  with_flags(rules, tile.weight_rows != nullptr, [&](auto masked, auto drops, auto halves) {
    backward_columns<masked.value, drops.value, halves.value>(rules, tile);
  });
}

void pair_all_rows(const BFloat16* from, int64_t from_stride, BFloat16* to, int64_t k, int64_t n) {
  const UintTag uints;
  for (int64_t i = 0; i < k; i += 2) {
    const auto* even = reinterpret_cast<const uint16_t*>(from + i * from_stride);
    const auto* odd = reinterpret_cast<const uint16_t*>(from + (i + 1) * from_stride);
    auto* out = reinterpret_cast<uint32_t*>(to + i * n);
    for (int64_t j = 0; j < n; j += kVector) {
      const auto low = hn::PromoteTo(uints, hn::LoadU(HalfTag(), even + j));
      const auto high = hn::PromoteTo(uints, hn::LoadU(HalfTag(), odd + j));
      hn::StoreU(hn::Or(low, hn::ShiftLeft<16>(high)), uints, out + j);
    }
  }
}

void scale_all_columns(float* values, const float* factors, int64_t m, int64_t n) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; j += kVector)
      store(hn::Mul(load(values + i * n + j), load(factors + j)), values + i * n + j);
  }
}

bool is_aligned(const void* memory, size_t bytes) { return reinterpret_cast<uintptr_t>(memory) % bytes == 0; }

HWY_INLINE void store_past_caches(Floats values, float* to) { hn::Stream(values, kFloats, to); }
HWY_INLINE void store_past_caches(Floats values, BFloat16* to) {
  hn::Stream(hn::DemoteTo(HalfTag(), hn::BitCast(IntTag(), bfloat16_bits(values))), HalfTag(), &to->bits);
}

template <typename T>
void write(const float* from, T* to, int64_t count, bool past_caches) {
  int64_t i = 0;
  if (past_caches && is_aligned(to, kLanes * sizeof(T))) {
    for (; i + kVector <= count; i += kVector) store_past_caches(load(from + i), to + i);
  } else {
    for (; i + kVector <= count; i += kVector) store(load(from + i), to + i);
  }
  for (; i < count; ++i) to[i] = rounded_to<T>(from[i]);
}

void write_floats(const float* from, float* to, int64_t count, bool past_caches) {
  write(from, to, count, past_caches);
}
void write_halves(const float* from, BFloat16* to, int64_t count, bool past_caches) {
  write(from, to, count, past_caches);
}

template <typename T>
float dot(const T* a, const T* b, int64_t count) {
  auto sum = hn::Zero(kFloats);
  int64_t i = 0;
  for (; i + kVector <= count; i += kVector) sum = hn::MulAdd(load(a + i), load(b + i), sum);
  float total = hn::GetLane(hn::SumOfLanes(kFloats, sum));
  for (; i < count; ++i) total += to_float(a[i]) * to_float(b[i]);
  return total;
}

float dot_floats(const float* a, const float* b, int64_t count) { return dot(a, b, count); }
float dot_halves(const BFloat16* a, const BFloat16* b, int64_t count) { return dot(a, b, count); }

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hone::kernel {

void softmax_tile(const TileRules& rules, const RunningSoftmax& running, float* scores, BFloat16* weights) {
  HONE_KERNEL(softmax_any)(rules, running, scores, weights);
}

void softmax_tile_backward(const TileRules& rules, const TileGradients& tile) {
  HONE_KERNEL(backward_any)(rules, tile);
}

void pair_rows(const BFloat16* from, int64_t from_stride, BFloat16* to, int64_t k, int64_t n) {
  HONE_KERNEL(pair_all_rows)(from, from_stride, to, k, n);
}

void scale_columns(float* values, const float* factors, int64_t m, int64_t n) {
  HONE_KERNEL(scale_all_columns)(values, factors, m, n);
}

void write_row(const float* from, float* to, int64_t count, bool past_caches) {
  HONE_KERNEL(write_floats)(from, to, count, past_caches);
}
void write_row(const float* from, BFloat16* to, int64_t count, bool past_caches) {
  HONE_KERNEL(write_halves)(from, to, count, past_caches);
}

void end_writes_past_caches() { hwy::FlushStream(); }

float dot_row(const float* a, const float* b, int64_t count) { return HONE_KERNEL(dot_floats)(a, b, count); }
float dot_row(const BFloat16* a, const BFloat16* b, int64_t count) { return HONE_KERNEL(dot_halves)(a, b, count); }

}  // namespace hone::kernel
#endif
