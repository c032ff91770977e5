#include "data/nearest_rows.h"

#include <algorithm>
#include <unordered_map>

#include "data/row_ranges.h"
#include "data/shingles.h"

namespace hone::data {

namespace {

constexpr size_t kMaxRowsOfShingle = 256, kMaxShingles = 32, kMaxCompared = 64;
constexpr uint64_t kQueriesInRange = 64, kIndexedInRange = 64;
constexpr size_t kIndexedInBlock = size_t{1} << 14;  // whose shingles are in memory at the same time

class NearestSearch {
 public:
  explicit NearestSearch(const NearestInput& input) : input_(input), shingles_(input.queries.size()) {}

  std::vector<std::vector<NearRow>> run() {
    for_row_ranges(input_.queries.size(), kQueriesInRange, [&](uint64_t begin, uint64_t end) {
      std::string scratch;
      for (uint64_t i = begin; i < end; ++i) shingles_[i] = shingles(input_.text(input_.queries[i].row, scratch));
    });
    index_rows();
    std::vector<std::vector<NearRow>> found(input_.queries.size());
    for_row_ranges(found.size(), kQueriesInRange, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) found[i] = nearest(i);
    });
    return found;
  }

 private:
  // The rows of a group that have a shingle.
  struct Posting {
    uint64_t count = 0;
    std::vector<uint32_t> first;
  };

  static uint64_t key_of(uint64_t shingle, int64_t group) {
    return shingle ^ (static_cast<uint64_t>(group) + 1) * 0x9E3779B97F4A7C15U;
  }

  // Only shingles of the queries are indexed.
  void index_rows() {
    for (size_t i = 0; i < shingles_.size(); ++i) {
      for (const uint64_t shingle : shingles_[i]) postings_.try_emplace(key_of(shingle, input_.queries[i].group));
    }
    for (size_t first = 0; first < input_.groups.size(); first += kIndexedInBlock) {
      index_block(first, std::min(kIndexedInBlock, input_.groups.size() - first));
    }
  }

  // Threads find the postings of the rows, which are then filled in the order of the rows.
  void index_block(size_t first, size_t count) {
    struct Hit {
      Posting* posting;
      uint32_t row;
    };
    std::vector<std::vector<Hit>> hits((count + kIndexedInRange - 1) / kIndexedInRange);
    for_row_ranges(count, kIndexedInRange, [&](uint64_t begin, uint64_t end) {
      std::string scratch;
      for (uint64_t row = first + begin; row < first + end; ++row) {
        if (input_.groups[row] < 0) continue;
        for (const uint64_t shingle : shingles(input_.text(row, scratch))) {
          const auto found = postings_.find(key_of(shingle, input_.groups[row]));
          if (found == postings_.end()) continue;
          hits[begin / kIndexedInRange].push_back({&found->second, static_cast<uint32_t>(row)});
        }
      }
    });
    for (const std::vector<Hit>& of_range : hits) {
      for (const auto& [posting, row] : of_range) {
        if (posting->count++ < kMaxRowsOfShingle) posting->first.push_back(row);
      }
    }
  }

  // Returns the rows that share most of the rarest shingles.
  std::vector<uint32_t> proposed(size_t query) const {
    std::vector<const Posting*> rarest;
    for (const uint64_t shingle : shingles_[query]) {
      const Posting& posting = postings_.at(key_of(shingle, input_.queries[query].group));
      if (posting.count > 0) rarest.push_back(&posting);
    }
    std::ranges::stable_sort(rarest, {}, [](const Posting* posting) { return posting->count; });
    rarest.resize(std::min(rarest.size(), kMaxShingles));
    std::vector<uint32_t> rows;
    for (const Posting* posting : rarest) rows.insert(rows.end(), posting->first.begin(), posting->first.end());
    std::ranges::sort(rows);
    struct Shared {
      size_t count;
      uint32_t row;
    };
    std::vector<Shared> shared;
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      while (end < rows.size() && rows[end] == rows[begin]) ++end;
      if (rows[begin] != input_.queries[query].row) shared.push_back({end - begin, rows[begin]});
    }
    std::ranges::stable_sort(shared, std::greater(), &Shared::count);
    rows.clear();
    for (size_t i = 0; i < std::min(shared.size(), kMaxCompared); ++i) rows.push_back(shared[i].row);
    return rows;
  }

  std::vector<NearRow> nearest(size_t query) const {
    std::vector<NearRow> found;
    std::string scratch;
    for (const uint32_t row : proposed(query)) {
      found.push_back({row, jaccard(shingles_[query], shingles(input_.text(row, scratch)))});
    }
    std::ranges::sort(found, [](const NearRow& a, const NearRow& b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
    });
    found.resize(std::min(found.size(), input_.count));
    return found;
  }

  const NearestInput& input_;
  std::vector<std::vector<uint64_t>> shingles_;  // of each query, ascending
  std::unordered_map<uint64_t, Posting> postings_;
};

}  // namespace

std::vector<std::vector<NearRow>> nearest_rows(const NearestInput& input) { return NearestSearch(input).run(); }

}  // namespace hone::data
