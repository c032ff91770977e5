#include "vectors/communities.h"

#include <algorithm>
#include <cmath>

#include "vectors/nearest.h"
#include "vectors/products.h"

namespace hone::vectors {

namespace {

constexpr uint64_t kMiddles = 64;        // rows that are compared with all rows at once, by one thread
constexpr uint64_t kComparedRows = 512;  // whose products with them are in memory

struct Community {
  uint64_t middle = 0;
  std::vector<uint32_t> rows;
};

std::vector<float> with_unit_length(const MatrixView& rows) {
  std::vector<float> values(rows.num_rows * rows.width);
  const auto num_rows = static_cast<int64_t>(rows.num_rows);
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < num_rows; ++row) {
    const float* const from = rows.row(static_cast<uint64_t>(row));
    float* const to = values.data() + static_cast<uint64_t>(row) * rows.width;
    const float length = std::max(std::sqrt(squared_length(from, rows.width)), 1e-12F);
    for (uint64_t i = 0; i < rows.width; ++i) to[i] = from[i] / length;
  }
  return values;
}

// The rows near to each of some rows.
std::vector<Community> communities_of(const MatrixView& rows, uint64_t begin, uint64_t end,
                                      const CommunityOptions& options) {
  std::vector<std::vector<Hit>> near(end - begin);
  std::vector<float> products(kMiddles * kComparedRows);
  const MatrixView middles = rows.part(begin, end - begin);
  for (uint64_t first = 0; first < rows.num_rows; first += kComparedRows) {
    const uint64_t count = std::min(kComparedRows, rows.num_rows - first);
    multiply_block(rows.part(first, count), middles, products.data(), kComparedRows);
    for (uint64_t middle = 0; middle < near.size(); ++middle) {
      const float* const scores = products.data() + middle * kComparedRows;
      for (uint64_t row = 0; row < count; ++row) {
        if (scores[row] >= options.threshold) near[middle].push_back({first + row, scores[row]});
      }
    }
  }
  std::vector<Community> found;
  for (uint64_t middle = 0; middle < near.size(); ++middle) {
    std::vector<Hit>& hits = near[middle];
    if (hits.empty() || hits.size() < options.min_size) continue;
    std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.score > b.score; });
    Community community{begin + middle, {}};
    for (const Hit& hit : hits) community.rows.push_back(static_cast<uint32_t>(hit.row));
    found.push_back(std::move(community));
  }
  return found;
}

template <typename Rows>
void sort_by_size(std::vector<Rows>& all, const auto& size_of) {
  std::stable_sort(all.begin(), all.end(), [&](const Rows& a, const Rows& b) { return size_of(a) > size_of(b); });
}

// Gives each row to the largest community that it can be in.
std::vector<std::vector<uint64_t>> without_overlaps(std::vector<Community> all, const MatrixView& rows,
                                                    const CommunityOptions& options) {
  sort_by_size(all, [](const Community& community) { return community.rows.size(); });
  std::vector<bool> is_taken(rows.num_rows);
  std::vector<std::vector<uint64_t>> kept;
  for (const Community& community : all) {
    if (is_taken[community.middle]) continue;
    std::vector<uint64_t> left = {community.middle};
    uint64_t num_free = 0;
    for (const uint32_t row : community.rows) {
      if (is_taken[row]) continue;
      ++num_free;
      if (row != community.middle) left.push_back(row);
    }
    if (num_free < options.min_size) continue;
    for (const uint64_t row : left) is_taken[row] = true;
    kept.push_back(std::move(left));
  }
  sort_by_size(kept, [](const std::vector<uint64_t>& community) { return community.size(); });
  return kept;
}

}  // namespace

std::vector<std::vector<uint64_t>> communities(const MatrixView& rows, const CommunityOptions& options) {
  if (rows.num_rows < options.min_size || rows.num_rows == 0) return {};
  const std::vector<float> values = with_unit_length(rows);
  const MatrixView unit{values.data(), rows.num_rows, rows.width};
  const auto num_blocks = static_cast<int64_t>((rows.num_rows + kMiddles - 1) / kMiddles);
  std::vector<std::vector<Community>> found(static_cast<size_t>(num_blocks));
#pragma omp parallel for schedule(dynamic)
  for (int64_t block = 0; block < num_blocks; ++block) {
    const uint64_t begin = static_cast<uint64_t>(block) * kMiddles, end = std::min(rows.num_rows, begin + kMiddles);
    found[static_cast<size_t>(block)] = communities_of(unit, begin, end, options);
    if (options.progress) {
#pragma omp critical
      options.progress(end - begin);
    }
  }
  std::vector<Community> all;
  for (std::vector<Community>& of_block : found) {
    for (Community& community : of_block) all.push_back(std::move(community));
  }
  return without_overlaps(std::move(all), unit, options);
}

}  // namespace hone::vectors
