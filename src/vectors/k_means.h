// k-means: groups of rows around their means (Lloyd, "Least squares quantization in PCM", 1982), which begin with rows
// that are far from each other (Arthur, Vassilvitskii, "k-means++", 2007). The draws are Philox's, and sums are added
// in the order of rows, so the result does not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vectors/matrix_view.h"

namespace hone::vectors {

struct KMeansOptions {
  uint64_t num_clusters = 8;
  uint64_t max_iterations = 300;
  uint64_t num_starts = 4;  // with other first rows; the best result is returned
  uint64_t seed = 42;
  std::function<void(uint64_t iterations)> progress = {};
};

struct KMeansResult {
  std::vector<uint32_t> cluster_of_row;
  std::vector<float> centers;  // [clusters, width]
  double inertia = 0;          // sum of the squared distances of the rows to the centers of their clusters
  uint64_t num_iterations = 0;
  bool has_converged = false;  // no row changes its cluster any more
};

// Clusters are sorted from the largest to the smallest, of equal size by their first row. Errors (kUsage): more
// clusters than rows; kInput: a row that holds a value that is no finite number.
KMeansResult k_means(const MatrixView& rows, const KMeansOptions& options);

// The same from given centers [clusters, width], whose order it keeps. An empty cluster gets the row that is farthest
// from its center.
KMeansResult k_means_from(const MatrixView& rows, std::vector<float> centers, const KMeansOptions& options);

// Returns the squared distance of each row to the center of its cluster.
std::vector<float> distances_to_centers(const MatrixView& rows, const KMeansResult& result);

}  // namespace hone::vectors
