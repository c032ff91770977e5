// Exact search: the rows of a matrix that are most similar to queries.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "vectors/matrix_view.h"

namespace hone::vectors {

// The cosine of two vectors, or their product. A vector of zeros has the cosine 0 to every other.
enum class Similarity { kCosine, kDot };

struct Hit {
  uint64_t row = 0;
  float score = 0;
  friend bool operator==(const Hit&, const Hit&) = default;
};

struct NearestOptions {
  size_t top_k = 10;
  Similarity similarity = Similarity::kCosine;
  // If set: query i is this row of the index, which is not among its own hits.
  std::span<const uint64_t> own_rows = {};
  // Called now and then with the number of rows that were compared with all queries so far, of all groups of queries.
  std::function<void(uint64_t rows)> progress = {};
};

// Returns for each query the rows with the highest scores, the highest first, of equal scores the earlier row. Rows
// with a score that is no number are never hits. Both matrices have the same width. Reads the index once for up to
// kQueriesAtOnce queries, on all threads of OpenMP.
inline constexpr uint64_t kQueriesAtOnce = 256;
std::vector<std::vector<Hit>> nearest(const MatrixView& index, const MatrixView& queries,
                                      const NearestOptions& options);

// Returns the cosine or product of each row of `a` with the row of `b` of the same number.
std::vector<float> pair_scores(const MatrixView& a, const MatrixView& b, Similarity similarity);

}  // namespace hone::vectors
