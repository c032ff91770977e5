#include "data/near_duplicates.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>

#include "base/error.h"
#include "data/key_counts.h"
#include "data/min_hash.h"
#include "data/row_ranges.h"
#include "data/shingles.h"
#include "data/sketch_hashes.h"

namespace hone::data {

namespace {

constexpr uint64_t kRowsInRange = 512;
// In a bucket of many rows a row is compared with this many rows before it: the first and the nearest ones.
constexpr size_t kMaxFirst = 6, kMaxNearest = 6;

class NearDuplicateSearch {
 public:
  explicit NearDuplicateSearch(const NearDuplicateInput& input) : input_(input), bands_(bands_for(input.threshold)) {
    found_.cluster.resize(input.num_rows);
    std::iota(found_.cluster.begin(), found_.cluster.end(), 0U);
    found_.leaks.resize(input.num_rows);
    found_.recall = bands_.recall(input.threshold);
  }

  NearDuplicates run() {
    sketch_rows();
    join_equal();
    for (int band = 0; band < bands_.num_bands; ++band) join_band(static_cast<size_t>(band));
    for (uint32_t row = 0; row < input_.num_rows; ++row) {
      found_.leaks[row] |= found_.leaks[same_in_part_[row]];
      found_.cluster[row] = root(row);
    }
    std::ranges::sort(found_.pairs, {}, [](const SimilarPair& pair) { return std::pair(pair.first, pair.second); });
    return std::move(found_);
  }

 private:
  uint32_t root(uint32_t row) {
    while (found_.cluster[row] != row) {
      found_.cluster[row] = found_.cluster[found_.cluster[row]];
      row = found_.cluster[row];
    }
    return row;
  }

  size_t part(uint32_t row) const {
    const auto after = std::ranges::upper_bound(input_.part_begins, row);
    return static_cast<size_t>(after - input_.part_begins.begin()) - 1;
  }

  bool leaks_from(uint32_t row, size_t earlier_part) const { return found_.leaks[row] >> earlier_part & 1; }

  void sketch_rows() {
    const auto num_bands = static_cast<size_t>(bands_.num_bands);
    keys_.resize(num_bands * input_.num_rows);
    hashes_.resize(input_.num_rows);
    for_row_ranges(input_.num_rows, kRowsInRange, [&](uint64_t begin, uint64_t end) {
      std::vector<uint32_t> keys(num_bands);
      std::string scratch;
      thread_local ComparedText text;  // of all ranges, because its memory is worth keeping
      thread_local SketchHashes hashes;
      for (uint64_t row = begin; row < end; ++row) {
        text.read(input_.text(row, scratch));
        if (text.is_empty()) continue;
        hashes_[row] = text.hash() | 1;
        band_keys(sketch(hashes.of(text)), bands_, keys);
        for (size_t band = 0; band < num_bands; ++band) keys_[band * input_.num_rows + row] = keys[band];
      }
      text.release_large();
      hashes.release_large();
    });
  }

  // Joins rows whose compared characters are equal. Only the first row of each part takes part in the rest of the
  // search.
  void join_equal() {
    same_in_part_.resize(input_.num_rows);
    std::iota(same_in_part_.begin(), same_in_part_.end(), 0U);
    searched_ = same_in_part_;
    std::erase_if(searched_, [this](uint32_t row) { return hashes_[row] == 0; });
    std::vector<KeyedRow> rows;
    for (const uint32_t row : rows_with_common_keys([this](uint32_t row) { return hashes_[row]; })) {
      rows.push_back({hashes_[row], row});
    }
    std::ranges::sort(rows);
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      while (end < rows.size() && rows[end].key == rows[begin].key) ++end;
      join_equal_rows(std::span(rows).subspan(begin, end - begin));
    }
    std::erase_if(searched_, [this](uint32_t row) { return same_in_part_[row] != row; });
    hashes_ = {};
  }

  void join_equal_rows(std::span<const KeyedRow> rows) {
    uint32_t parts = 0;
    uint32_t first_in_part = rows[0].row;
    for (const auto& [key, row] : rows) {
      if (part(row) != part(first_in_part)) first_in_part = row;
      same_in_part_[row] = first_in_part;
      found_.leaks[row] |= parts & ((1U << part(row)) - 1);
      parts |= 1U << part(row);
      if (row != rows[0].row) {
        found_.pairs.push_back({rows[0].row, row, 1.0});
        found_.cluster[row] = rows[0].row;
      }
    }
  }

  bool is_needed(uint32_t first, uint32_t second) {
    if (root(first) != root(second)) return true;
    return part(first) != part(second) && !leaks_from(second, part(first));
  }

  // The lower half of each number is a row.
  void add_candidates(std::span<const uint64_t> bucket) {
    const auto row = [&](size_t i) { return static_cast<uint32_t>(bucket[i]); };
    for (size_t i = 1; i < bucket.size(); ++i) {
      const size_t num_first = std::min(i, kMaxFirst);
      for (size_t j = 0; j < num_first; ++j) add_candidate(row(j), row(i));
      for (size_t j = std::max(num_first, i - std::min(i, kMaxNearest)); j < i; ++j) add_candidate(row(j), row(i));
    }
  }

  void add_candidate(uint32_t first, uint32_t second) {
    if (is_needed(first, second)) candidates_.push_back({first, second, 0});
  }

  // Returns the searched rows whose key another one may have. Most rows have a key of their own, and need not be
  // sorted. Valid until the next call.
  template <typename KeyOf>
  std::span<const uint32_t> rows_with_common_keys(const KeyOf& key_of) {
    seen_.reset(searched_.size());
    size_t num_later = 0;
    if (later_.size() <= searched_.size()) later_.resize(searched_.size() + 1);
    for (const uint32_t row : searched_) {
      later_[num_later] = row;  // without a branch, because nothing predicts it
      num_later += static_cast<size_t>(seen_.add(key_of(row)));
    }
    // The first rows with a key are found again by the keys of the later ones. A larger table mistakes fewer rows,
    // which would be sorted.
    seen_.reset(8 * num_later);
    for (size_t i = 0; i < num_later; ++i) seen_.add(key_of(later_[i]));
    size_t num_common = 0;
    for (const uint32_t row : searched_) {
      later_[num_common] = row;
      num_common += static_cast<size_t>(seen_.may_have(key_of(row)));
    }
    return std::span(later_).first(num_common);
  }

  void join_band(size_t band) {
    const std::span<const uint32_t> keys(keys_.data() + band * input_.num_rows, input_.num_rows);
    const auto key_of = [&](uint64_t row) { return uint64_t{keys[row]} << 32; };
    bucket_rows_.clear();  // a number for each row, because numbers are sorted faster
    for (const uint32_t row : rows_with_common_keys(key_of)) bucket_rows_.push_back(key_of(row) | row);
    std::ranges::sort(bucket_rows_);
    candidates_.clear();
    for (size_t begin = 0, end = 0; begin < bucket_rows_.size(); begin = end) {
      while (end < bucket_rows_.size() && bucket_rows_[end] >> 32 == bucket_rows_[begin] >> 32) ++end;
      add_candidates(std::span(bucket_rows_).subspan(begin, end - begin));
    }
    for_row_ranges(candidates_.size(), kRowsInRange, [&](uint64_t begin, uint64_t end) {
      std::string scratch, other;
      thread_local ShingleComparer comparer;
      for (uint64_t i = begin; i < end; ++i) {
        SimilarPair& pair = candidates_[i];
        pair.similarity =
            comparer.similarity(input_.text(pair.first, scratch), input_.text(pair.second, other), input_.threshold);
      }
    });
    for (const SimilarPair& pair : candidates_) {
      if (pair.similarity >= input_.threshold && is_needed(pair.first, pair.second)) join(pair);
    }
  }

  void join(const SimilarPair& pair) {
    found_.pairs.push_back(pair);
    const uint32_t first = root(pair.first), second = root(pair.second);
    found_.cluster[std::max(first, second)] = std::min(first, second);
    if (part(pair.first) != part(pair.second)) found_.leaks[pair.second] |= 1U << part(pair.first);
  }

  const NearDuplicateInput& input_;
  Bands bands_;
  NearDuplicates found_;
  std::vector<uint32_t> keys_;           // [band][row]
  std::vector<uint64_t> hashes_;         // of the compared characters; 0: there are none
  std::vector<uint32_t> same_in_part_;   // the first row of the part with the same compared characters
  std::vector<uint32_t> searched_;       // the rows that are compared
  std::vector<SimilarPair> candidates_;  // of one band
  SeenKeys seen_;
  std::vector<uint32_t> later_;        // rows whose key another one may have
  std::vector<uint64_t> bucket_rows_;  // of one band: its keys and their rows
};

}  // namespace

NearDuplicates find_near_duplicates(const NearDuplicateInput& input) {
  check_internal(input.threshold > 0 && input.threshold <= 1, "the similarity threshold is not in (0, 1]");
  check_internal(input.part_begins.size() <= NearDuplicateInput::kMaxParts, "too many parts");
  return NearDuplicateSearch(input).run();
}

}  // namespace hone::data
