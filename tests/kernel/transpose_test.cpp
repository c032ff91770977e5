#include "kernel/transpose.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("transposing moves every element") {
  for_each_level([] {
    constexpr int64_t kRows = 24, kColumns = 40;
    std::vector<uint32_t> words(kRows * kColumns), words_transposed(words.size());
    std::vector<uint16_t> halves(words.size()), halves_transposed(words.size());
    for (size_t i = 0; i < words.size(); ++i) words[i] = halves[i] = static_cast<uint16_t>(i);
    transpose_tile(words.data(), kColumns, words_transposed.data(), kRows, kRows, kColumns);
    transpose_tile(halves.data(), kColumns, halves_transposed.data(), kRows, kRows, kColumns);
    for (int64_t i = 0; i < kRows; ++i) {
      for (int64_t j = 0; j < kColumns; ++j) {
        const auto from = static_cast<size_t>(i * kColumns + j), to = static_cast<size_t>(j * kRows + i);
        CHECK(words_transposed[to] == words[from]);
        CHECK(halves_transposed[to] == halves[from]);
      }
    }
  });
}

TEST_CASE("a matrix of any size is transposed") {
  for_each_level([] {
    for (const auto& [m, n] : std::vector<std::pair<int64_t, int64_t>>{
             {0, 5}, {5, 0}, {1, 1}, {7, 9}, {8, 8}, {64, 64}, {65, 63}, {130, 200}, {1, 300}}) {
      std::vector<uint16_t> from(static_cast<size_t>(m * n)), to(from.size());
      for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<uint16_t>(i);
      transpose_matrix(from.data(), to.data(), m, n);
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          CHECK(to[static_cast<size_t>(j * m + i)] == from[static_cast<size_t>(i * n + j)]);
        }
      }
    }
  });
}

}  // namespace
}  // namespace hone::kernel
