#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <random>

#include "data/near_duplicates.h"

namespace near_duplicates_slow_test {

using namespace hone::data;

constexpr uint32_t kRows = 1'000'000;

// Sentences of 5 to 20 words with the frequencies of a language; every twentieth copies another and changes its last
// word.
std::vector<std::string> sentences() {
  std::mt19937_64 random(3);
  std::vector<std::string> words;
  for (int i = 0; i < 30'000; ++i) {
    std::string word;
    for (uint64_t k = 0; k < 2 + random() % 8; ++k) word += static_cast<char>('a' + random() % 26);
    words.push_back(word);
  }
  std::vector<std::string> rows;
  for (uint32_t row = 0; row < kRows; ++row) {
    if (row % 20 == 19) {
      rows.push_back(rows[row - 1 - random() % 18] + "!s");
      continue;
    }
    std::string sentence;
    for (uint64_t k = 0; k < 5 + random() % 16; ++k) {
      const double u = static_cast<double>(random() % 1'000'000 + 1) / 1'000'001;
      sentence += words[static_cast<size_t>(std::pow(static_cast<double>(words.size()), u)) - 1] + " ";
    }
    rows.push_back(sentence);
  }
  return rows;
}

TEST_CASE("a million short rows take less than two minutes and two gigabytes" * doctest::skip()) {
  const std::vector<std::string> rows = sentences();
  NearDuplicateInput input;
  input.num_rows = kRows;
  input.text = [&](uint64_t row, std::string&) { return std::string_view(rows[row]); };
  const auto start = std::chrono::steady_clock::now();
  const NearDuplicates found = find_near_duplicates(input);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  uint64_t planted = 0;
  for (uint32_t row = 19; row < kRows; row += 20) planted += found.cluster[row] != row;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  MESSAGE("seconds: " << seconds << ", megabytes: " << usage.ru_maxrss / 1024 << ", pairs: " << found.pairs.size());
  CHECK(planted >= kRows / 20 * 99 / 100);
  CHECK(seconds < 120);
  CHECK(usage.ru_maxrss < 2'000'000);
}

}  // namespace near_duplicates_slow_test
