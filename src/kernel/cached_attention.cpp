// A unit of work is one key head, a few query rows that read it, and a run of pages. Rows are the query heads of a
// token, then those of the next token, so that each key is loaded once for all heads that share it.
#include "kernel/cached_attention.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/cached_attention.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <array>
// After foreach_target.h, which includes this file again.
#include "kernel/cached_attention_unit.h"
#include "kernel/math_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

constexpr int64_t kVector = static_cast<int64_t>(kLanes);
constexpr int64_t kVectorsOfPage = kPageTokens / kVector;
constexpr int64_t kRowsAtOnce = 8 / kVectorsOfPage;  // as many sums as registers can hold beside the operands
static_assert(kPageTokens % kVector == 0 && kRowsInUnit % kRowsAtOnce == 0);

// Writes the scaled scores [kRowsAtOnce, P] of a page.
template <typename T>
HWY_INLINE void score_page(const CachedUnit<T>& unit, const T* keys, const float* queries, float* scores) {
  Floats sums[kRowsAtOnce][kVectorsOfPage];
  HWY_UNROLL(8)
  for (int64_t i = 0; i < kRowsAtOnce * kVectorsOfPage; ++i) {
    sums[i / kVectorsOfPage][i % kVectorsOfPage] = hn::Zero(kFloats);
  }
  const int64_t width = unit.rules->head_width;
  for (int64_t d = 0; d < width; ++d) {
    Floats key[kVectorsOfPage];
    HWY_UNROLL(4)
    for (int64_t v = 0; v < kVectorsOfPage; ++v) key[v] = load(keys + d * kPageTokens + v * kVector);
    HWY_UNROLL(4)
    for (int64_t r = 0; r < kRowsAtOnce; ++r) {
      const auto query = hn::Set(kFloats, queries[r * width + d]);
      HWY_UNROLL(4)
      for (int64_t v = 0; v < kVectorsOfPage; ++v) sums[r][v] = hn::MulAdd(query, key[v], sums[r][v]);
    }
  }
  const auto soft_cap = static_cast<float>(unit.rules->soft_cap);
  const auto cap = hn::Set(kFloats, soft_cap);
  HWY_UNROLL(4)
  for (int64_t r = 0; r < kRowsAtOnce; ++r) {
    HWY_UNROLL(4)
    for (int64_t v = 0; v < kVectorsOfPage; ++v) {
      auto score = sums[r][v];
      if (soft_cap > 0) score = hn::Mul(cap, tanh_lanes(hn::Div(score, cap)));
      store(score, scores + r * kPageTokens + v * kVector);
    }
  }
}

// Adds the bias of a page's keys to the scores of a row.
HWY_INLINE void add_bias(const float* bias, float* scores) {
  for (int64_t v = 0; v < kVectorsOfPage; ++v) {
    store(hn::Add(load(scores + v * kVector), load(bias + v * kVector)), scores + v * kVector);
  }
}

// Turns the scores of a row into weights in place; keys outside [begin, end) of the page get 0. Updates maximum and
// sum, and returns the factor of what was summed before.
HWY_INLINE float weigh_page(float* scores, int64_t begin, int64_t end, float* maximum, float* sum) {
  const IntTag ints;
  const auto unseen = hn::Set(kFloats, -std::numeric_limits<float>::infinity());
  auto largest = unseen;
  for (int64_t v = 0; v < kVectorsOfPage; ++v) {
    const auto key = hn::Iota(ints, static_cast<int32_t>(v * kVector));
    const auto is_seen = hn::And(hn::Gt(key, hn::Set(ints, static_cast<int32_t>(begin - 1))),
                                 hn::Lt(key, hn::Set(ints, static_cast<int32_t>(end))));
    const auto score = hn::IfThenElse(hn::RebindMask(kFloats, is_seen), load(scores + v * kVector), unseen);
    store(score, scores + v * kVector);
    largest = hn::Max(largest, score);
  }
  const float before = *maximum;
  const float now = std::max(before, hn::GetLane(hn::MaxOfLanes(kFloats, largest)));
  auto total = hn::Zero(kFloats);
  for (int64_t v = 0; v < kVectorsOfPage; ++v) {
    const auto weight = exp_limited_lanes(hn::Sub(load(scores + v * kVector), hn::Set(kFloats, now)));
    store(weight, scores + v * kVector);
    total = hn::Add(total, weight);
  }
  const float factor = before == now ? 1.0F : hn::GetLane(exp_lanes(hn::Set(kFloats, before - now)));
  *maximum = now;
  *sum = *sum * factor + sum_of(total);
  return factor;
}

// Adds the weighted values of `num_keys` keys of a page to the sums [kRowsAtOnce, D], which are scaled before.
template <typename T>
HWY_INLINE void add_values(const T* values, int64_t width, int64_t num_keys, const float* weights, const float* factors,
                           float* sums) {
  for_each_group(static_cast<size_t>(width), [&](size_t group, auto lanes) HWY_ATTR {
    const auto d = static_cast<int64_t>(group);
    Floats sum[kRowsAtOnce];
    HWY_UNROLL(4)
    for (int64_t r = 0; r < kRowsAtOnce; ++r) {
      sum[r] = hn::Mul(load(sums + r * width + d, lanes), hn::Set(kFloats, factors[r]));
    }
    for (int64_t key = 0; key < num_keys; ++key) {
      const auto value = load(values + key * width + d, lanes);
      HWY_UNROLL(4)
      for (int64_t r = 0; r < kRowsAtOnce; ++r) {
        sum[r] = hn::MulAdd(hn::Set(kFloats, weights[r * kPageTokens + key]), value, sum[r]);
      }
    }
    HWY_UNROLL(4)
    for (int64_t r = 0; r < kRowsAtOnce; ++r) store(sum[r], sums + r * width + d, lanes);
  });
}

// Computes the rows [first, first + kRowsAtOnce) of a unit.
template <typename T>
void compute_rows(CachedUnit<T>& unit, int64_t first) {
  float scores[kRowsAtOnce * kPageTokens], factors[kRowsAtOnce];
  const int64_t width = unit.rules->head_width;
  int64_t last_key = 0;
  for (int64_t r = 0; r < kRowsAtOnce; ++r) last_key = std::max(last_key, unit.seen[first + r].end);
  for (int64_t page = unit.first_page; page < unit.end_page; ++page) {
    const int64_t page_begin = page * kPageTokens, num_keys = std::min(kPageTokens, last_key - page_begin);
    if (num_keys <= 0) break;
    score_page(unit, unit.keys(page), unit.queries + first * width, scores);
    for (int64_t r = 0; r < kRowsAtOnce; ++r) {
      const auto row = static_cast<size_t>(first + r);
      const int64_t begin = std::max<int64_t>(0, unit.seen[row].begin - page_begin);
      const int64_t end = std::min(kPageTokens, unit.seen[row].end - page_begin);
      if (begin < end) {
        if (unit.bias[row] != nullptr) add_bias(unit.bias[row] + page_begin, scores + r * kPageTokens);
        factors[r] = weigh_page(scores + r * kPageTokens, begin, end, &unit.maxima[row], &unit.totals[row]);
      } else {
        factors[r] = 1;
        std::fill_n(scores + r * kPageTokens, kPageTokens, 0.0F);
      }
    }
    add_values(unit.values(page), width, num_keys, scores, factors, unit.sums + first * width);
  }
}

template <typename T>
void compute_unit(CachedUnit<T>& unit) {
  for (int64_t first = 0; first < kRowsInUnit; first += kRowsAtOnce) compute_rows(unit, first);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "base/error.h"
#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

constexpr size_t kUnitsAtOnce = 4096;  // bounds the memory of their sums

// Query rows of one sequence that read one key head, all its pages.
struct RowBlock {
  size_t sequence = 0;
  int64_t kv_head = 0, first_row = 0, num_rows = 0;
  size_t first_unit = 0, num_units = 0;
};

template <typename T>
class CachedAttention {
 public:
  CachedAttention(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                  HeadRows<const T> queries, HeadRows<T> out)
      : rules_(rules), sequences_(sequences), queries_(queries), out_(out) {}

  void run() {
    for (size_t sequence = 0; sequence < sequences_.size(); ++sequence) {
      const int64_t num_rows = sequences_[sequence].num_tokens * rows_of_token();
      for (int64_t head = 0; head < rules_.num_kv_heads; ++head) {
        for (int64_t row = 0; row < num_rows; row += kRowsInUnit) {
          add({sequence, head, row, std::min(kRowsInUnit, num_rows - row)});
          if (units_.size() >= kUnitsAtOnce) compute();
        }
      }
    }
    compute();
  }

 private:
  int64_t rows_of_token() const { return rules_.num_heads / rules_.num_kv_heads; }
  size_t floats_of_unit() const { return static_cast<size_t>(kRowsInUnit * rules_.head_width); }

  SeenKeys seen_by(const RowBlock& block, int64_t row) const {
    const int64_t position = sequences_[block.sequence].num_past + (block.first_row + row) / rows_of_token();
    return {std::max<int64_t>(0, position - rules_.window), position + 1};
  }

  const float* bias_of(const RowBlock& block, int64_t row) const {
    if (rules_.distance_bias == nullptr) return nullptr;
    const int64_t whole = block.first_row + row, head = block.kv_head * rows_of_token() + whole % rows_of_token();
    const int64_t position = sequences_[block.sequence].num_past + whole / rows_of_token();
    return rules_.distance_bias + head * rules_.distance_stride + rules_.longest_distance - position;
  }

  // The element of queries or out where the head of a block's row begins, for a matrix of this stride.
  int64_t place_of(const RowBlock& block, int64_t row, int64_t stride) const {
    const int64_t whole = block.first_row + row, head = block.kv_head * rows_of_token() + whole % rows_of_token();
    return (sequences_[block.sequence].first_row + whole / rows_of_token()) * stride + head * rules_.head_width;
  }

  void add(RowBlock block) {
    CachedUnit<T> unit;
    unit.rules = &rules_;
    unit.sequence = &sequences_[block.sequence];
    unit.kv_head = block.kv_head;
    unit.maxima.fill(-std::numeric_limits<float>::infinity());
    unit.totals.fill(0);
    for (int64_t row = 0; row < block.num_rows; ++row) {
      unit.seen[static_cast<size_t>(row)] = seen_by(block, row);
      unit.bias[static_cast<size_t>(row)] = bias_of(block, row);
    }
    const int64_t first_page = unit.seen[0].begin / kPageTokens;
    const int64_t end_page = (unit.seen[static_cast<size_t>(block.num_rows - 1)].end + kPageTokens - 1) / kPageTokens;
    block.first_unit = units_.size();
    // Parts end at multiples of kPagesInUnit, whichever rows share the unit.
    for (int64_t page = first_page; page < end_page; page = unit.end_page) {
      unit.first_page = page;
      unit.end_page = std::min(end_page, (page / kPagesInUnit + 1) * kPagesInUnit);
      units_.push_back(unit);
    }
    block.num_units = units_.size() - block.first_unit;
    blocks_.push_back(block);
  }

  void compute() {
    scaled_.assign(blocks_.size() * floats_of_unit(), 0);
    sums_.assign(units_.size() * floats_of_unit(), 0);
    for (size_t i = 0; i < units_.size(); ++i) units_[i].sums = sums_.data() + i * floats_of_unit();
    const auto num_blocks = static_cast<int64_t>(blocks_.size()), num_units = static_cast<int64_t>(units_.size());
    const int num_threads = static_cast<int>(num_parts(num_units, 1));
#pragma omp parallel num_threads(std::max(num_threads, 1))
    {
#pragma omp for schedule(static)
      for (int64_t i = 0; i < num_blocks; ++i) scale_queries(static_cast<size_t>(i));
#pragma omp for schedule(dynamic, 1)
      for (int64_t i = 0; i < num_units; ++i) HONE_KERNEL(compute_unit<T>)(units_[static_cast<size_t>(i)]);
#pragma omp for schedule(static)
      for (int64_t i = 0; i < num_blocks; ++i) write(blocks_[static_cast<size_t>(i)]);
    }
    units_.clear();
    blocks_.clear();
  }

  void scale_queries(size_t index) {
    const RowBlock& block = blocks_[index];
    float* const scaled = scaled_.data() + index * floats_of_unit();
    for (int64_t row = 0; row < block.num_rows; ++row) {
      const T* query = queries_.data + place_of(block, row, queries_.row_stride);
      for (int64_t d = 0; d < rules_.head_width; ++d) {
        scaled[row * rules_.head_width + d] = to_float(query[d]) * static_cast<float>(rules_.scale);
      }
    }
    for (size_t i = 0; i < block.num_units; ++i) units_[block.first_unit + i].queries = scaled;
  }

  // Joins the parts of each row.
  void write(const RowBlock& block) {
    const std::span<const CachedUnit<T>> units(units_.data() + block.first_unit, block.num_units);
    std::array<float, kMaxHeadWidth> values;
    const std::span<float> sum(values.data(), static_cast<size_t>(rules_.head_width));
    for (int64_t row = 0; row < block.num_rows; ++row) {
      const auto at = static_cast<size_t>(row);
      float maximum = -std::numeric_limits<float>::infinity(), total = 0;
      for (const CachedUnit<T>& unit : units) maximum = std::max(maximum, unit.maxima[at]);
      std::ranges::fill(sum, 0.0F);
      for (const CachedUnit<T>& unit : units) {
        if (unit.totals[at] == 0) continue;  // the row sees no key of these pages
        const float factor = std::exp(unit.maxima[at] - maximum);
        total += factor * unit.totals[at];
        const float* part = unit.sums + row * rules_.head_width;
        for (size_t d = 0; d < sum.size(); ++d) sum[d] += factor * part[d];
      }
      T* out = out_.data + place_of(block, row, out_.row_stride);
      for (size_t d = 0; d < sum.size(); ++d) out[d] = rounded_to<T>(sum[d] / total);
    }
  }

  const CachedAttentionRules& rules_;
  std::span<const CachedSequence<T>> sequences_;
  HeadRows<const T> queries_;
  HeadRows<T> out_;
  std::vector<RowBlock> blocks_;
  std::vector<CachedUnit<T>> units_;
  std::vector<float> scaled_, sums_;
};

void check_rules(const CachedAttentionRules& rules) {
  check_internal(rules.num_kv_heads > 0 && rules.num_heads % rules.num_kv_heads == 0,
                 "query heads share key heads in equal groups");
  check_internal(rules.head_width > 0 && rules.head_width <= kMaxHeadWidth, "attention computes heads of this width");
  check_internal(rules.scale > 0 && rules.window >= 0, "attention has a scale and a window");
}

}  // namespace

template <typename T>
void append_to_pages(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                     HeadRows<const T> keys, HeadRows<const T> values) {
  check_rules(rules);
  const int64_t width = rules.head_width, head_size = width * kPageTokens;
  for (const CachedSequence<T>& sequence : sequences) {
    parallel_ranges(sequence.num_tokens, row_grain(rules.num_kv_heads * width), [&](int64_t begin, int64_t end, int) {
      for (int64_t token = begin; token < end; ++token) {
        const int64_t position = sequence.num_past + token, place = position % kPageTokens;
        T* const page = sequence.pages[position / kPageTokens];
        const T* key = keys.data + (sequence.first_row + token) * keys.row_stride;
        const T* value = values.data + (sequence.first_row + token) * values.row_stride;
        for (int64_t head = 0; head < rules.num_kv_heads; ++head) {
          T* const to = page + head * head_size + place;
          for (int64_t d = 0; d < width; ++d) to[d * kPageTokens] = key[head * width + d];
          std::copy_n(value + head * width, width, page + (rules.num_kv_heads + head) * head_size + place * width);
        }
      }
    });
  }
}

template <typename T>
void cached_attention(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                      HeadRows<const T> queries, HeadRows<T> out) {
  check_rules(rules);
  if (cpu_level() == CpuLevel::kScalar) return cached_attention_reference(rules, sequences, queries, out);
  CachedAttention<T>(rules, sequences, queries, out).run();
}

template <typename T>
void cached_attention_reference(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                                HeadRows<const T> queries, HeadRows<T> out) {
  check_rules(rules);
  const int64_t width = rules.head_width, head_size = width * kPageTokens;
  for (const CachedSequence<T>& sequence : sequences) {
    for (int64_t token = 0; token < sequence.num_tokens; ++token) {
      const int64_t position = sequence.num_past + token, begin = std::max<int64_t>(0, position - rules.window);
      for (int64_t head = 0; head < rules.num_heads; ++head) {
        const int64_t kv_head = head * rules.num_kv_heads / rules.num_heads;
        const int64_t row = sequence.first_row + token;
        const T* query = queries.data + row * queries.row_stride + head * width;
        std::vector<double> weights;
        double maximum = -std::numeric_limits<double>::infinity(), total = 0;
        for (int64_t key = begin; key <= position; ++key) {
          const T* keys = sequence.pages[key / kPageTokens] + kv_head * head_size + key % kPageTokens;
          double score = 0;
          for (int64_t d = 0; d < width; ++d) score += double{to_float(query[d])} * to_float(keys[d * kPageTokens]);
          score *= rules.scale;
          if (rules.soft_cap > 0) score = rules.soft_cap * std::tanh(score / rules.soft_cap);
          if (rules.distance_bias != nullptr) {
            score += rules.distance_bias[head * rules.distance_stride + rules.longest_distance - (position - key)];
          }
          weights.push_back(score);
          maximum = std::max(maximum, score);
        }
        for (double& weight : weights) total += weight = std::exp(weight - maximum);
        for (int64_t d = 0; d < width; ++d) {
          double sum = 0;
          for (int64_t key = begin; key <= position; ++key) {
            const T* page = sequence.pages[key / kPageTokens];
            const int64_t at = (rules.num_kv_heads + kv_head) * head_size + key % kPageTokens * width + d;
            sum += weights[static_cast<size_t>(key - begin)] * to_float(page[at]);
          }
          out.data[row * out.row_stride + head * width + d] = rounded_to<T>(static_cast<float>(sum / total));
        }
      }
    }
  }
}

#define HONE_CACHED_ATTENTION(T)                                                                                     \
  template void append_to_pages(const CachedAttentionRules&, std::span<const CachedSequence<T>>, HeadRows<const T>,  \
                                HeadRows<const T>);                                                                  \
  template void cached_attention(const CachedAttentionRules&, std::span<const CachedSequence<T>>, HeadRows<const T>, \
                                 HeadRows<T>);                                                                       \
  template void cached_attention_reference(const CachedAttentionRules&, std::span<const CachedSequence<T>>,          \
                                           HeadRows<const T>, HeadRows<T>);
HONE_CACHED_ATTENTION(float)
HONE_CACHED_ATTENTION(BFloat16)
#undef HONE_CACHED_ATTENTION

}  // namespace hone::kernel
#endif
