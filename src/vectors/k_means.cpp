#include "vectors/k_means.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/counted.h"
#include "base/error.h"
#include "base/philox.h"
#include "vectors/products.h"

namespace hone::vectors {

namespace {

constexpr uint64_t kChunkRows = 1024;  // whose sums are added as one; fixed, so that sums depend on no thread
constexpr uint64_t kCheckedRows = 256;
constexpr uint32_t kStartSite = 1;

int64_t num_chunks(const MatrixView& rows) {
  return static_cast<int64_t>((rows.num_rows + kChunkRows - 1) / kChunkRows);
}

void check_finite_rows(const MatrixView& rows) {
  for (uint64_t row = 0; row < rows.num_rows; ++row) {
    if (std::isfinite(squared_length(rows.row(row), rows.width))) continue;
    throw Error(ErrorKind::kInput, fmt::format("the vector of row {} holds a value that is no finite number", row),
                "make the vectors again");
  }
}

// Draws a number in [0, 1).
double drawn(const KMeansOptions& options, uint64_t start, uint64_t cluster) {
  const RandomStream stream{.seed = options.seed, .step = static_cast<uint32_t>(start), .site = kStartSite};
  const PhiloxBlock words = stream.block(cluster);
  return static_cast<double>((uint64_t{words[0]} << 21) ^ (words[1] >> 11)) / static_cast<double>(uint64_t{1} << 53);
}

// The first row whose share of the sum ends beyond the drawn number.
uint64_t chosen_row(const std::vector<float>& weights, double draw) {
  double sum = 0;
  for (const float weight : weights) sum += static_cast<double>(weight);
  double left = draw * sum;
  for (uint64_t row = 0; row < weights.size(); ++row) {
    left -= static_cast<double>(weights[row]);
    if (left < 0) return row;
  }
  return weights.size() - 1;  // all rows are equal, or rounding
}

// k-means++: each next row is drawn with the square of its distance to the nearest of those before as its weight.
std::vector<float> first_centers(const MatrixView& rows, const KMeansOptions& options, uint64_t start) {
  std::vector<float> centers, distances(rows.num_rows, 1);
  for (uint64_t cluster = 0; cluster < options.num_clusters; ++cluster) {
    const float* const center = rows.row(chosen_row(distances, drawn(options, start, cluster)));
    centers.insert(centers.end(), center, center + rows.width);
    const auto num_rows = static_cast<int64_t>(rows.num_rows);
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < num_rows; ++row) {
      float& distance = distances[static_cast<size_t>(row)];
      const float now = squared_distance(rows.row(static_cast<uint64_t>(row)), center, rows.width);
      distance = cluster == 0 ? now : std::min(distance, now);
    }
  }
  return centers;
}

class Clustering {
 public:
  Clustering(const MatrixView& rows, std::vector<float> centers)
      : rows_(rows), num_clusters_(centers.size() / rows.width), distances_(rows.num_rows), squares_(num_clusters_) {
    result_.centers = std::move(centers);
    result_.cluster_of_row.assign(rows.num_rows, UINT32_MAX);
  }

  KMeansResult run(const KMeansOptions& options) {
    while (result_.num_iterations < options.max_iterations && !result_.has_converged) {
      result_.has_converged = !assign();
      if (!result_.has_converged) move_centers();
      ++result_.num_iterations;
      if (options.progress) options.progress(1);
    }
    if (!result_.has_converged) assign();
    result_.inertia = 0;
    for (const float distance : distances_to_centers(rows_, result_)) result_.inertia += static_cast<double>(distance);
    return std::move(result_);
  }

 private:
  MatrixView centers() const { return {result_.centers.data(), num_clusters_, rows_.width}; }

  // Gives each row to the nearest center, of equal ones the first. Returns whether a row has changed.
  bool assign() {
    for (uint64_t i = 0; i < num_clusters_; ++i) squares_[i] = squared_length(centers().row(i), rows_.width);
    int64_t num_changed = 0;
    const int64_t chunks = num_chunks(rows_);
#pragma omp parallel reduction(+ : num_changed)
    {
      std::vector<float> products(kCheckedRows * num_clusters_);
#pragma omp for schedule(static)
      for (int64_t chunk = 0; chunk < chunks; ++chunk) {
        const uint64_t begin = static_cast<uint64_t>(chunk) * kChunkRows;
        const uint64_t end = std::min(rows_.num_rows, begin + kChunkRows);
        for (uint64_t at = begin; at < end; at += kCheckedRows) {
          num_changed += assign_rows(at, std::min(kCheckedRows, end - at), products.data());
        }
      }
    }
    return num_changed > 0;
  }

  // |row - center|^2 = |row|^2 - 2 row . center + |center|^2, and |row| is equal for all centers.
  int64_t assign_rows(uint64_t begin, uint64_t count, float* products) {
    multiply_block(centers(), rows_.part(begin, count), products, num_clusters_);
    int64_t num_changed = 0;
    for (uint64_t row = begin; row < begin + count; ++row) {
      const float* const own = products + (row - begin) * num_clusters_;
      uint32_t best = 0;
      float least = INFINITY;
      for (uint64_t i = 0; i < num_clusters_; ++i) {
        const float value = squares_[i] - 2 * own[i];
        if (value < least) {
          least = value;
          best = static_cast<uint32_t>(i);
        }
      }
      distances_[row] = least + squared_length(rows_.row(row), rows_.width);
      num_changed += result_.cluster_of_row[row] != best ? 1 : 0;
      result_.cluster_of_row[row] = best;
    }
    return num_changed;
  }

  void move_centers() {
    const uint64_t width = rows_.width;
    std::vector<double> sums(num_clusters_ * width);
    std::vector<uint64_t> counts(num_clusters_);
    fill_empty_clusters();
    for (const uint32_t cluster : result_.cluster_of_row) ++counts[cluster];
    // Each thread adds the rows of its clusters, in the order of rows.
    const auto clusters = static_cast<int64_t>(num_clusters_);
    std::vector<uint64_t> order = rows_by_cluster(counts);
    std::vector<uint64_t> begins(num_clusters_ + 1);
    std::partial_sum(counts.begin(), counts.end(), begins.begin() + 1);
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < clusters; ++i) {
      const auto cluster = static_cast<uint64_t>(i);
      double* const sum = sums.data() + cluster * width;
      for (uint64_t at = begins[cluster]; at < begins[cluster + 1]; ++at) add_to(sum, rows_.row(order[at]), width);
      for (uint64_t k = 0; k < width; ++k) {
        result_.centers[cluster * width + k] = static_cast<float>(sum[k] / static_cast<double>(counts[cluster]));
      }
    }
  }

  std::vector<uint64_t> rows_by_cluster(const std::vector<uint64_t>& counts) const {
    std::vector<uint64_t> next(num_clusters_), order(rows_.num_rows);
    std::exclusive_scan(counts.begin(), counts.end(), next.begin(), uint64_t{0});
    for (uint64_t row = 0; row < rows_.num_rows; ++row) order[next[result_.cluster_of_row[row]]++] = row;
    return order;
  }

  void fill_empty_clusters() {
    std::vector<uint64_t> counts(num_clusters_);
    for (const uint32_t cluster : result_.cluster_of_row) ++counts[cluster];
    for (uint64_t cluster = 0; cluster < num_clusters_; ++cluster) {
      if (counts[cluster] > 0) continue;
      uint64_t farthest = rows_.num_rows;
      for (uint64_t row = 0; row < rows_.num_rows; ++row) {
        if (counts[result_.cluster_of_row[row]] < 2) continue;
        if (farthest == rows_.num_rows || distances_[row] > distances_[farthest]) farthest = row;
      }
      if (farthest == rows_.num_rows) return;
      --counts[result_.cluster_of_row[farthest]];
      result_.cluster_of_row[farthest] = static_cast<uint32_t>(cluster);
      distances_[farthest] = 0;
      ++counts[cluster];
    }
  }

  MatrixView rows_;
  uint64_t num_clusters_;
  std::vector<float> distances_, squares_;
  KMeansResult result_;
};

void sort_clusters(KMeansResult& result, uint64_t width) {
  const size_t num_clusters = result.centers.size() / width;
  std::vector<uint64_t> counts(num_clusters), firsts(num_clusters, UINT64_MAX);
  for (uint64_t row = 0; row < result.cluster_of_row.size(); ++row) {
    const uint32_t cluster = result.cluster_of_row[row];
    ++counts[cluster];
    firsts[cluster] = std::min(firsts[cluster], row);
  }
  std::vector<uint32_t> order(num_clusters), rank(num_clusters);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : firsts[a] < firsts[b];
  });
  std::vector<float> centers;
  for (size_t i = 0; i < num_clusters; ++i) {
    rank[order[i]] = static_cast<uint32_t>(i);
    const auto begin = result.centers.begin() + static_cast<ptrdiff_t>(order[i] * width);
    centers.insert(centers.end(), begin, begin + static_cast<ptrdiff_t>(width));
  }
  result.centers = std::move(centers);
  for (uint32_t& cluster : result.cluster_of_row) cluster = rank[cluster];
}

}  // namespace

KMeansResult k_means(const MatrixView& rows, const KMeansOptions& options) {
  if (options.num_clusters > rows.num_rows || options.num_clusters == 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} of {}", counted(options.num_clusters, "cluster"), counted(rows.num_rows, "row")),
                "give a number of clusters from 1 to the number of rows");
  }
  check_finite_rows(rows);
  KMeansResult best;
  for (uint64_t start = 0; start < std::max<uint64_t>(1, options.num_starts); ++start) {
    KMeansResult result = Clustering(rows, first_centers(rows, options, start)).run(options);
    if (start == 0 || result.inertia < best.inertia) best = std::move(result);
  }
  sort_clusters(best, rows.width);
  return best;
}

KMeansResult k_means_from(const MatrixView& rows, std::vector<float> centers, const KMeansOptions& options) {
  check_internal(!centers.empty() && centers.size() % rows.width == 0, "centers have the width of the rows");
  check_finite_rows(rows);
  return Clustering(rows, std::move(centers)).run(options);
}

std::vector<float> distances_to_centers(const MatrixView& rows, const KMeansResult& result) {
  std::vector<float> distances(rows.num_rows);
  for (uint64_t row = 0; row < rows.num_rows; ++row) {
    const float* const center = result.centers.data() + result.cluster_of_row[row] * rows.width;
    distances[row] = squared_distance(rows.row(row), center, rows.width);
  }
  return distances;
}

}  // namespace hone::vectors
