// Most distances of a model have a row of their own, so the rows of neighbouring queries usually follow each other.
#include "kernel/attention_distance_tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/attention_distance_tile.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/cpu.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

constexpr int64_t kQueries = static_cast<int64_t>(kLanes);  // of one vector
using Ints = hn::Vec<IntTag>;

// Returns whether the rows of kQueries neighbouring distances follow each other.
HWY_INLINE bool are_adjacent(const int32_t* rows) {
  const IntTag ints;
  return hn::AllTrue(ints, hn::Eq(hn::LoadU(ints, rows), hn::Iota(ints, rows[0])));
}

// Returns the places of the rows' elements in by_query, for the queries from `column` on.
HWY_INLINE Ints places_of(const int32_t* rows, int32_t first_row, int64_t padded_queries, int64_t column) {
  const IntTag ints;
  const auto from_first = hn::Sub(hn::LoadU(ints, rows), hn::Set(ints, first_row));
  return hn::Add(hn::Mul(from_first, hn::Set(ints, static_cast<int32_t>(padded_queries))),
                 hn::Iota(ints, static_cast<int32_t>(column)));
}

template <bool kHasBias, bool kHasContent>
void add_all_terms(const DistanceTerms<const float>& terms, float* scores) {
  const int64_t n = terms.padded_queries;
  for (int64_t key = 0; key < terms.num_keys; ++key) {
    const int32_t* rows = terms.rows - key;
    for (int64_t column = 0; column < n; column += kQueries) {
      float* at = scores + key * n + column;
      auto score = load(at);
      if constexpr (kHasBias) score = hn::Add(score, load(terms.bias - key + column));
      if constexpr (kHasContent) {
        const int32_t* these = rows + column;
        if (terms.by_query != nullptr) {
          const auto places = places_of(these, terms.first_row, n, column);
          score = hn::Add(score, hn::GatherIndex(kFloats, terms.by_query, places));
        }
        if (terms.by_key != nullptr) {
          const float* of_key = terms.by_key + key * terms.key_stride;
          score = hn::Add(score, are_adjacent(these) ? load(of_key + these[0])
                                                     : hn::GatherIndex(kFloats, of_key, hn::LoadU(IntTag(), these)));
        }
      }
      store(score, at);
    }
  }
}

void add_any_terms(const DistanceTerms<const float>& terms, float* scores) {
  const bool has_content = terms.by_query != nullptr || terms.by_key != nullptr;
  if (terms.bias == nullptr) return add_all_terms<false, true>(terms, scores);
  has_content ? add_all_terms<true, true>(terms, scores) : add_all_terms<true, false>(terms, scores);
}

// Neighbouring queries never share an element of by_query, but may share one of by_key.
template <typename T>
void sum_all_gradients(const DistanceTerms<float>& terms, const T* gradients) {
  const int64_t n = terms.padded_queries;
  for (int64_t key = 0; key < terms.num_keys; ++key) {
    for (int64_t column = 0; column < n; column += kQueries) {
      const auto gradient = load(gradients + key * n + column);
      const int32_t* rows = terms.rows - key + column;
      if (terms.bias != nullptr) {
        float* bias = terms.bias - key + column;
        store(hn::Add(load(bias), gradient), bias);
      }
      if (terms.by_query != nullptr) {
        const auto places = places_of(rows, terms.first_row, n, column);
        const auto sum = hn::Add(hn::GatherIndex(kFloats, terms.by_query, places), gradient);
        hn::ScatterIndex(sum, kFloats, terms.by_query, places);
      }
      if (terms.by_key == nullptr) continue;
      float* of_key = terms.by_key + key * terms.key_stride;
      if (are_adjacent(rows)) {
        store(hn::Add(load(of_key + rows[0]), gradient), of_key + rows[0]);
        continue;
      }
      float values[kLanes];
      store(gradient, values);
      for (int64_t lane = 0; lane < kQueries; ++lane) of_key[rows[lane]] += values[lane];
    }
  }
}

void sum_float_gradients(const DistanceTerms<float>& terms, const float* gradients) {
  sum_all_gradients(terms, gradients);
}
void sum_half_gradients(const DistanceTerms<float>& terms, const BFloat16* gradients) {
  sum_all_gradients(terms, gradients);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hone::kernel {

void add_distance_terms(const DistanceTerms<const float>& terms, float* scores) {
  HONE_KERNEL(add_any_terms)(terms, scores);
}

void sum_distance_gradients(const DistanceTerms<float>& terms, const float* gradients) {
  HONE_KERNEL(sum_float_gradients)(terms, gradients);
}
void sum_distance_gradients(const DistanceTerms<float>& terms, const BFloat16* gradients) {
  HONE_KERNEL(sum_half_gradients)(terms, gradients);
}

}  // namespace hone::kernel
#endif
