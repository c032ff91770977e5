#include "kernel/cached_attention.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

constexpr CachedAttentionRules kRules{.num_heads = 6, .num_kv_heads = 2, .head_width = 24, .scale = 0.3};

// Sequences with their keys and values in pages, and the queries of their last tokens.
template <typename T>
class Cached {
 public:
  struct Length {
    int64_t num_past, num_new;
  };

  Cached(const CachedAttentionRules& rules, const std::vector<Length>& lengths) : rules_(rules) {
    const int64_t kv_width = rules.num_kv_heads * rules.head_width;
    uint32_t seed = 1;
    for (const Length& length : lengths) {
      const int64_t all = length.num_past + length.num_new, num_pages = (all + kPageTokens - 1) / kPageTokens;
      auto& pages = pages_.emplace_back();
      for (int64_t i = 0; i < num_pages; ++i) {
        // What no token has written must not matter.
        memory_.emplace_back(static_cast<size_t>(page_size(rules.num_kv_heads, rules.head_width)), rounded_to<T>(NAN));
      }
      for (size_t i = memory_.size() - static_cast<size_t>(num_pages); i < memory_.size(); ++i) {
        pages.push_back(memory_[i].data());
      }
      keys.push_back(sample<T>(all * kv_width, seed));
      values.push_back(sample<T>(all * kv_width, seed + 100));
      queries.push_back(sample<T>(length.num_new * rules.num_heads * rules.head_width, seed++ + 200));
      lengths_.push_back(length);
      CachedSequence<T> past{pages_.back().data(), 0, 0, length.num_past};
      append_to_pages<T>(rules_, {&past, 1}, {keys.back().data(), kv_width}, {values.back().data(), kv_width});
      CachedSequence<T> now{pages_.back().data(), length.num_past, length.num_past, length.num_new};
      append_to_pages<T>(rules_, {&now, 1}, {keys.back().data(), kv_width}, {values.back().data(), kv_width});
    }
  }

  // The outputs of all sequences in one call.
  std::vector<T> together(bool by_reference = false) const {
    std::vector<CachedSequence<T>> sequences;
    std::vector<T> all_queries;
    int64_t row = 0;
    for (size_t i = 0; i < lengths_.size(); ++i) {
      sequences.push_back({pages_[i].data(), lengths_[i].num_past, row, lengths_[i].num_new});
      row += lengths_[i].num_new;
      all_queries.insert(all_queries.end(), queries[i].begin(), queries[i].end());
    }
    std::vector<T> out(all_queries.size());
    const int64_t width = rules_.num_heads * rules_.head_width;
    const HeadRows<const T> q{all_queries.data(), width};
    by_reference ? cached_attention_reference<T>(rules_, sequences, q, {out.data(), width})
                 : cached_attention<T>(rules_, sequences, q, {out.data(), width});
    return out;
  }

  // The outputs, token by token.
  std::vector<T> one_by_one() const {
    std::vector<T> out;
    const int64_t width = rules_.num_heads * rules_.head_width;
    for (size_t i = 0; i < lengths_.size(); ++i) {
      for (int64_t token = 0; token < lengths_[i].num_new; ++token) {
        const CachedSequence<T> sequence{pages_[i].data(), lengths_[i].num_past + token, token, 1};
        std::vector<T> rows(queries[i].size());
        cached_attention<T>(rules_, {&sequence, 1}, {queries[i].data(), width}, {rows.data(), width});
        out.insert(out.end(), rows.begin() + token * width, rows.begin() + (token + 1) * width);
      }
    }
    return out;
  }

  std::vector<std::vector<T>> keys, values, queries;

 private:
  CachedAttentionRules rules_;
  std::vector<Length> lengths_;
  std::vector<std::vector<T>> memory_;
  std::vector<std::vector<T*>> pages_;
};

template <typename T>
void check_against_reference(const CachedAttentionRules& rules) {
  // Around the borders of pages (32) and of parts (512 keys).
  const Cached<T> cached(rules, {{0, 1}, {31, 2}, {32, 1}, {5, 70}, {511, 3}, {1100, 1}});
  CHECK(worst_error(cached.together(), cached.together(true), 0.5) < 4e-6 + 2 * kRounding<T>);
}

TEST_CASE("cached attention equals its reference at every level, with shared heads, windows, caps and odd widths") {
  for_each_level([] {
    for (const int64_t width : {1, 8, 24, 64, 80, 256}) {
      CachedAttentionRules rules = kRules;
      rules.head_width = width;
      rules.scale = 1 / std::sqrt(static_cast<double>(width));
      check_against_reference<float>(rules);
      check_against_reference<BFloat16>(rules);
    }
    CachedAttentionRules rules = kRules;
    rules.window = 40;
    check_against_reference<float>(rules);
    rules.window = 0;
    check_against_reference<float>(rules);
    rules = kRules;
    rules.soft_cap = 1.5;
    check_against_reference<float>(rules);
    check_against_reference<BFloat16>(rules);
    rules = kRules;
    std::vector<float> biases = sample<float>(rules.num_heads * 1200, 9);
    rules.distance_bias = biases.data();
    rules.distance_stride = 1200;
    rules.longest_distance = 1200 - kPageTokens - 1;
    check_against_reference<float>(rules);
    check_against_reference<BFloat16>(rules);
    rules = {.num_heads = 9, .num_kv_heads = 1, .head_width = 16, .scale = 0.25};
    check_against_reference<float>(rules);
  });
}

TEST_CASE("the reference equals attention over packed sequences") {
  AttentionRules packed;
  constexpr int64_t kTokens = 75;
  const int64_t offsets[] = {0, kTokens}, kv_width = kRules.num_kv_heads * kRules.head_width,
                width = kRules.num_heads * kRules.head_width;
  packed.offsets = offsets;
  packed.num_sequences = 1;
  packed.num_heads = kRules.num_heads;
  packed.num_kv_heads = kRules.num_kv_heads;
  packed.head_width = kRules.head_width;
  packed.scale = kRules.scale;
  packed.causal = true;
  packed.window = 50;
  CachedAttentionRules rules = kRules;
  rules.window = 50;
  const Cached<float> cached(rules, {{0, kTokens}});
  std::vector<float> wanted(static_cast<size_t>(kTokens * width)), logsumexp(wanted.size());
  attention_forward_reference<float, float>(
      packed,
      {{cached.queries[0].data(), width}, {cached.keys[0].data(), kv_width}, {cached.values[0].data(), kv_width}},
      {wanted.data(), width}, logsumexp.data());
  CHECK(worst_error(cached.together(true), wanted, 0.5) < 2e-6);
}

TEST_CASE("a token has the same bits in any batch, and at any number of threads") {
  for_each_level([] {
    const Cached<float> cached(kRules, {{0, 40}, {700, 9}, {31, 1}});
    const std::vector<float> together = cached.together();
    CHECK(together == cached.one_by_one());
    const int before = omp_get_max_threads();
    for (const int threads : {1, 2, 5}) {
      omp_set_num_threads(threads);
      CHECK(together == cached.together());
    }
    omp_set_num_threads(before);
  });
}

}  // namespace
}  // namespace hone::kernel
