// Finds texts that are almost equal, in one set of rows or across parts such as train and test. Memory: about 110 bytes
// a row; the texts may lie in mapped files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

struct NearDuplicateOptions {
  double near_duplicate_threshold = 0.8;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("near_duplicate_threshold", self.near_duplicate_threshold,
          "Jaccard similarity of the shingles from which texts are nearly equal")
        .in_range(0.3, 1);
  }
};

struct NearDuplicateInput {
  uint32_t num_rows = 0;
  // Returns the text of a row; it may lie in `scratch`. Several threads call it.
  std::function<std::string_view(uint64_t row, std::string& scratch)> text;
  // The rows where each part begins, in ascending order, from 0; at most kMaxParts parts.
  std::vector<uint32_t> part_begins = {0};
  double threshold =
      NearDuplicateOptions()
          .near_duplicate_threshold;  // the least Jaccard similarity of the shingles (shingles.h), above 0

  static constexpr size_t kMaxParts = 32;
};

struct SimilarPair {
  uint32_t first = 0, second = 0;  // first < second
  double similarity = 0;           // the true Jaccard similarity
};

struct NearDuplicates {
  // The first row of each row's cluster. A row without near duplicates is a cluster of its own.
  std::vector<uint32_t> cluster;
  // For each row, the earlier parts that have a row at least as similar as the threshold: bit i for part i.
  std::vector<uint32_t> leaks;
  // The compared pairs that joined two clusters or showed a leak, in ascending order. Rows that are equal apart from
  // case and punctuation have the similarity 1.
  std::vector<SimilarPair> pairs;
  double recall = 1;  // the probability with which a pair at the threshold is found
};

NearDuplicates find_near_duplicates(const NearDuplicateInput& input);

}  // namespace hone::data
