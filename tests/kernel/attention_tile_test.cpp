// Tests the parts of attention's tiles; attention_test.cpp tests them together.
#include "kernel/attention_tile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_CASE("pairs of rows are interleaved") {
  for_each_vector_level([] {
    std::vector<BFloat16> rows(4 * 32), pairs(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i].bits = static_cast<uint16_t>(i);
    pair_rows(rows.data(), 32, pairs.data(), 4, 32);
    for (size_t row = 0; row < 4; ++row) {
      for (size_t column = 0; column < 32; ++column) {
        CHECK(pairs[row / 2 * 64 + 2 * column + row % 2].bits == rows[row * 32 + column].bits);
      }
    }
  });
}

TEST_CASE("a softmax over two tiles equals the softmax of both together") {
  constexpr size_t kKeys = 16, kQueries = 16;
  for_each_vector_level([] {
    std::vector<float> first(kKeys * kQueries), second(first.size());
    for (size_t i = 0; i < first.size(); ++i) {
      first[i] = static_cast<float>(i % 11) - 4;
      second[i] = static_cast<float>(i % 17) - 2;
    }
    const std::vector<float> first_scores = first, second_scores = second;
    std::vector<float> maximum(kQueries, -kInfinity), sum(kQueries), correction(kQueries);
    TileRules rules{
        .num_keys = 13, .padded_keys = kKeys, .padded_queries = kQueries, .scale = 0.5F, .num_queries = kQueries};
    softmax_tile(rules, {maximum.data(), sum.data(), correction.data()}, first.data(), nullptr);
    softmax_tile(rules, {maximum.data(), sum.data(), correction.data()}, second.data(), nullptr);
    for (size_t query = 0; query < kQueries; ++query) {
      double exact = 0;
      for (size_t key = 0; key < 13; ++key) {
        exact += std::exp(0.5 * first_scores[key * kQueries + query]) +
                 std::exp(0.5 * second_scores[key * kQueries + query]);
      }
      CHECK(maximum[query] + std::log(sum[query]) == doctest::Approx(std::log(exact)));
      const double weight = second[query] / sum[query];
      CHECK(weight == doctest::Approx(std::exp(0.5 * second_scores[query]) / exact));
      CHECK(first[query] * correction[query] / sum[query] ==
            doctest::Approx(std::exp(0.5 * first_scores[query]) / exact));
      CHECK(second[14 * kQueries + query] == 0);  // padding
    }
  });
}

template <typename T>
void check_writes_past_caches() {
  std::vector<float> from(80);
  for (size_t i = 0; i < from.size(); ++i) from[i] = 1.0F / static_cast<float>(i + 3);
  std::vector<T> memory(from.size() + 64);
  const size_t aligned = (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64) % 64 / sizeof(T);
  for (const size_t offset : {0, 1, 16}) {
    for (const int64_t count : {0, 1, 15, 16, 37, 80}) {
      INFO("offset ", offset, " count ", count);
      std::fill(memory.begin(), memory.end(), rounded_to<T>(-7.0F));
      T* const to = memory.data() + aligned + offset;
      write_row(from.data(), to, count, true);
      end_writes_past_caches();
      for (int64_t i = 0; i < count; ++i)
        CHECK(to_float(to[i]) == to_float(rounded_to<T>(from[static_cast<size_t>(i)])));
      CHECK(to_float(to[count]) == -7);
    }
  }
}

TEST_CASE("rows written past the caches are the same at every alignment") {
  for_each_vector_level([] {
    check_writes_past_caches<float>();
    check_writes_past_caches<BFloat16>();
  });
}

TEST_CASE("sums of products, scaled columns and rounded rows equal plain loops") {
  for_each_vector_level([] {
    std::vector<float> a(37), b(37);
    double expected = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      a[i] = static_cast<float>(i) - 10;
      b[i] = static_cast<float>(i % 5);
      expected += double{a[i]} * b[i];
    }
    CHECK(dot_row(a.data(), b.data(), 37) == expected);
    std::vector<BFloat16> a_halves(37), b_halves(37);
    write_row(a.data(), a_halves.data(), 37, false);
    write_row(b.data(), b_halves.data(), 37, false);
    for (size_t i = 0; i < a.size(); ++i) CHECK(a_halves[i].bits == to_bfloat16(a[i]).bits);
    CHECK(dot_row(a_halves.data(), b_halves.data(), 37) == expected);
    std::vector<float> values(2 * 16, 3), factors(16);
    for (size_t i = 0; i < 16; ++i) factors[i] = static_cast<float>(i);
    scale_columns(values.data(), factors.data(), 2, 16);
    for (size_t i = 0; i < 32; ++i) CHECK(values[i] == 3 * static_cast<float>(i % 16));
  });
}

}  // namespace
}  // namespace hone::kernel
