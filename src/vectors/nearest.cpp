#include "vectors/nearest.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/error.h"
#include "vectors/products.h"

namespace hone::vectors {

namespace {

constexpr uint64_t kBlockRows = 512;        // whose products with the queries are in memory
constexpr float kMinCosineLength = 1e-12F;  // as torch's normalize

bool comes_before(const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; }

// The best hits of a query; the worst of them stands first.
class BestHits {
 public:
  explicit BestHits(size_t size) : size_(size) {}

  void add(const Hit& hit) {
    if (std::isnan(hit.score)) return;
    if (hits_.size() == size_) {
      if (!comes_before(hit, hits_.front())) return;
      std::pop_heap(hits_.begin(), hits_.end(), comes_before);
      hits_.back() = hit;
    } else {
      hits_.push_back(hit);
    }
    std::push_heap(hits_.begin(), hits_.end(), comes_before);
  }
  // A score that is not above it cannot be a hit of a later row.
  float least() const { return hits_.size() == size_ ? hits_.front().score : -INFINITY; }
  const std::vector<Hit>& hits() const { return hits_; }

  std::vector<Hit> sorted() const {
    std::vector<Hit> sorted = hits_;
    std::sort(sorted.begin(), sorted.end(), comes_before);
    return sorted;
  }

 private:
  size_t size_;
  std::vector<Hit> hits_;
};

float inverse_length(float squared) { return 1 / std::max(std::sqrt(squared), kMinCosineLength); }

// The queries as they are compared: with length 1 for the cosine.
std::vector<float> prepared(const MatrixView& queries, Similarity similarity) {
  std::vector<float> values(queries.data, queries.data + queries.num_rows * queries.width);
  if (similarity == Similarity::kDot) return values;
  for (uint64_t row = 0; row < queries.num_rows; ++row) {
    float* const own = values.data() + row * queries.width;
    const float scale = inverse_length(squared_length(own, queries.width));
    for (uint64_t i = 0; i < queries.width; ++i) own[i] *= scale;
  }
  return values;
}

// One thread's part of a search.
class Searcher {
 public:
  Searcher(const MatrixView& queries, const NearestOptions& options, uint64_t first_query)
      : queries_(queries),
        options_(options),
        first_query_(first_query),
        products_(queries.num_rows * kBlockRows),
        squares_(kBlockRows),
        best_(queries.num_rows, BestHits(options.top_k)) {}

  void search(const MatrixView& index, uint64_t begin, uint64_t end) {
    const MatrixView rows = index.part(begin, end - begin);
    const bool needs_lengths = options_.similarity == Similarity::kCosine;
    if (queries_.num_rows == 1) {
      multiply_rows(rows, queries_.data, products_.data(), needs_lengths ? squares_.data() : nullptr);
    } else {
      multiply_block(rows, queries_, products_.data(), kBlockRows);
      for (uint64_t row = 0; needs_lengths && row < rows.num_rows; ++row) {
        squares_[row] = squared_length(rows.row(row), rows.width);
      }
    }
    for (uint64_t row = 0; needs_lengths && row < rows.num_rows; ++row) squares_[row] = inverse_length(squares_[row]);
    for (uint64_t query = 0; query < queries_.num_rows; ++query) {
      add_hits(query, begin, rows.num_rows, needs_lengths);
    }
  }

  const BestHits& best(uint64_t query) const { return best_[query]; }

 private:
  void add_hits(uint64_t query, uint64_t begin, uint64_t count, bool needs_lengths) {
    float* const scores = products_.data() + query * kBlockRows;
    for (uint64_t row = 0; needs_lengths && row < count; ++row) scores[row] *= squares_[row];
    BestHits& best = best_[query];
    for (uint64_t row = 0; row < count; ++row) {
      if (!(scores[row] > best.least())) continue;
      if (!options_.own_rows.empty() && options_.own_rows[first_query_ + query] == begin + row) continue;
      best.add({begin + row, scores[row]});
    }
  }

  MatrixView queries_;
  const NearestOptions& options_;
  uint64_t first_query_;
  std::vector<float> products_;  // [queries, kBlockRows]
  std::vector<float> squares_;   // of the rows; then the inverse lengths
  std::vector<BestHits> best_;
};

void search_all(const MatrixView& index, const MatrixView& queries, const NearestOptions& options, uint64_t first_query,
                std::vector<std::vector<Hit>>& hits) {
  const auto num_blocks = static_cast<int64_t>((index.num_rows + kBlockRows - 1) / kBlockRows);
  std::vector<std::vector<BestHits>> found;
  std::atomic<uint64_t> num_compared = 0;
#pragma omp parallel
  {
    // Each thread reads adjacent blocks in their order, so that equal scores keep the earlier row.
    Searcher searcher(queries, options, first_query);
#pragma omp for schedule(static)
    for (int64_t block = 0; block < num_blocks; ++block) {
      const uint64_t begin = static_cast<uint64_t>(block) * kBlockRows;
      const uint64_t end = std::min(index.num_rows, begin + kBlockRows);
      searcher.search(index, begin, end);
      num_compared += end - begin;
      if (options.progress && omp_get_thread_num() == 0) options.progress(num_compared.exchange(0));
    }
#pragma omp critical
    {
      found.emplace_back();
      for (uint64_t query = 0; query < queries.num_rows; ++query) found.back().push_back(searcher.best(query));
    }
  }
  if (options.progress) options.progress(num_compared);
  for (uint64_t query = 0; query < queries.num_rows; ++query) {
    BestHits best(options.top_k);
    for (const std::vector<BestHits>& of_thread : found) {
      for (const Hit& hit : of_thread[query].hits()) best.add(hit);
    }
    hits.push_back(best.sorted());
  }
}

}  // namespace

std::vector<std::vector<Hit>> nearest(const MatrixView& index, const MatrixView& queries,
                                      const NearestOptions& options) {
  check_internal(index.width == queries.width, "queries have the width of the index");
  check_internal(options.own_rows.empty() || options.own_rows.size() == queries.num_rows, "each query has its row");
  const std::vector<float> values = prepared(queries, options.similarity);
  const MatrixView all{values.data(), queries.num_rows, queries.width};
  std::vector<std::vector<Hit>> hits;
  hits.reserve(queries.num_rows);
  if (options.top_k == 0) return std::vector<std::vector<Hit>>(queries.num_rows);
  for (uint64_t begin = 0; begin < all.num_rows; begin += kQueriesAtOnce) {
    search_all(index, all.part(begin, std::min(kQueriesAtOnce, all.num_rows - begin)), options, begin, hits);
  }
  return hits;
}

std::vector<float> pair_scores(const MatrixView& a, const MatrixView& b, Similarity similarity) {
  check_internal(a.width == b.width && a.num_rows == b.num_rows, "pairs have two rows of the same width");
  std::vector<float> scores(a.num_rows);
  for (uint64_t row = 0; row < a.num_rows; ++row) {
    multiply_rows(a.part(row, 1), b.row(row), &scores[row], nullptr);
    if (similarity == Similarity::kDot) continue;
    scores[row] *= inverse_length(squared_length(a.row(row), a.width));
    scores[row] *= inverse_length(squared_length(b.row(row), b.width));
  }
  return scores;
}

}  // namespace hone::vectors
