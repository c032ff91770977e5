// chrF of a corpus with one reference for each text: character n-grams, sacrebleu's numbers and signature. Popovic,
// "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hone::metric {

// Sums over the texts of a corpus, of n-grams up to 6 characters without white space.
struct ChrfCounts {
  static constexpr size_t kMaxOrder = 6;

  std::array<uint64_t, kMaxOrder> of_texts{}, of_references{}, matches{};  // by n - 1

  void add(std::string_view text, std::string_view reference);
  void add(const ChrfCounts& other, uint64_t times = 1);

  // Returns chrF2 between 0 and 100: recall counts twice as much as precision.
  double score() const;
};

inline constexpr std::string_view kChrfSignature = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0";

}  // namespace hone::metric
