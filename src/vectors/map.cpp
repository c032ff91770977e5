// Orthogonal iteration on a few vectors: each pass reads the rows once, and no matrix of width x width is made.
#include "vectors/map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/philox.h"

namespace hone::vectors {

namespace {

constexpr size_t kComponents = 2, kBasis = 8;  // more vectors than components converge sooner
constexpr int kMaxPasses = 100, kMaxSweeps = 50;
constexpr double kConverged = 1e-14;
constexpr uint64_t kMapChunkRows = 256;

using Basis = std::vector<std::vector<double>>;  // [kBasis][width]

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Makes the vectors orthonormal in their order; one that depends on those before becomes 0.
void orthonormalize(Basis& basis) {
  for (size_t k = 0; k < basis.size(); ++k) {
    for (int round = 0; round < 2; ++round) {  // the second round removes what rounding left
      for (size_t before = 0; before < k; ++before) {
        const double share = dot(basis[k], basis[before]);
        for (size_t i = 0; i < basis[k].size(); ++i) basis[k][i] -= share * basis[before][i];
      }
    }
    const double length = std::sqrt(dot(basis[k], basis[k]));
    for (double& value : basis[k]) value = length > 1e-30 ? value / length : 0;
  }
}

using SmallMatrix = std::array<std::array<double, kBasis>, kBasis>;

// The eigenvectors of a symmetric matrix as columns, those of the largest eigenvalues first (Jacobi's rotations).
SmallMatrix eigenvectors(SmallMatrix matrix, size_t size) {
  SmallMatrix vectors{};
  for (size_t i = 0; i < size; ++i) vectors[i][i] = 1;
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    for (size_t p = 0; p < size; ++p) {
      for (size_t q = p + 1; q < size; ++q) {
        if (matrix[p][q] == 0) continue;
        const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::hypot(theta, 1.0));
        const double c = 1 / std::hypot(t, 1.0), s = t * c;
        for (size_t k = 0; k < size; ++k) {
          const double kp = matrix[k][p], kq = matrix[k][q], vp = vectors[k][p], vq = vectors[k][q];
          matrix[k][p] = c * kp - s * kq;
          matrix[k][q] = s * kp + c * kq;
          vectors[k][p] = c * vp - s * vq;
          vectors[k][q] = s * vp + c * vq;
        }
        for (size_t k = 0; k < size; ++k) {
          const double pk = matrix[p][k], qk = matrix[q][k];
          matrix[p][k] = c * pk - s * qk;
          matrix[q][k] = s * pk + c * qk;
        }
      }
    }
  }
  std::vector<size_t> order(size);
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return matrix[a][a] > matrix[b][b]; });
  SmallMatrix sorted{};
  for (size_t i = 0; i < size; ++i) {
    for (size_t k = 0; k < size; ++k) sorted[i][k] = vectors[i][order[k]];
  }
  return sorted;
}

// Turns the products of the scatter matrix with the basis to those of its best vectors (Rayleigh and Ritz).
Basis turned(const Basis& basis, const Basis& products) {
  SmallMatrix small{};
  for (size_t i = 0; i < basis.size(); ++i) {
    for (size_t k = 0; k <= i; ++k) small[i][k] = small[k][i] = dot(basis[i], products[k]);
  }
  const SmallMatrix vectors = eigenvectors(small, basis.size());
  Basis result(basis.size(), std::vector<double>(basis.front().size()));
  for (size_t k = 0; k < basis.size(); ++k) {
    for (size_t from = 0; from < basis.size(); ++from) {
      for (size_t i = 0; i < result[k].size(); ++i) result[k][i] += vectors[from][k] * products[from][i];
    }
  }
  return result;
}

class Components {
 public:
  explicit Components(const MatrixView& rows) : rows_(rows), mean_(rows.width) {
    for (uint64_t row = 0; row < rows.num_rows; ++row) {
      for (uint64_t i = 0; i < rows.width; ++i) mean_[i] += finite(rows.row(row)[i]);
    }
    for (double& value : mean_) value /= static_cast<double>(std::max<uint64_t>(1, rows.num_rows));
    for (uint64_t row = 0; row < rows.num_rows; ++row) {
      for (uint64_t i = 0; i < rows.width; ++i) {
        const double value = finite(rows.row(row)[i]) - mean_[i];
        variance_ += value * value;
      }
    }
  }

  FlatMap map() {
    Basis basis = drawn_basis();
    orthonormalize(basis);
    std::array<double, kComponents> values{};
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      const Basis products = multiplied(basis);
      Basis next = turned(basis, products);
      std::array<double, kComponents> now{};
      for (size_t k = 0; k < now.size() && k < basis.size(); ++k) now[k] = dot(products[k], basis[k]);
      orthonormalize(next);
      double moved = 0;  // of the first components, whose sign may change
      for (size_t k = 0; k < now.size() && k < basis.size(); ++k) moved += 1 - std::abs(dot(next[k], basis[k]));
      basis = std::move(next);
      values = now;
      if (moved < kConverged) break;
    }
    return projected(basis, values);
  }

 private:
  static double finite(float value) { return std::isfinite(value) ? static_cast<double>(value) : 0; }

  Basis drawn_basis() const {
    Basis basis(std::min<size_t>(kBasis, rows_.width), std::vector<double>(rows_.width));
    const RandomStream draws{.seed = 1};
    uint64_t next = 0;
    for (auto& vector : basis) {
      for (double& value : vector) value = static_cast<double>(draws.word(next++)) / 4294967296.0 - 0.5;
    }
    return basis;
  }

  // The scatter matrix times the basis: the sum of (row - mean) (row - mean) . vector. Chunks are added in their order.
  Basis multiplied(const Basis& basis) const {
    const auto num_chunks = static_cast<int64_t>((rows_.num_rows + kMapChunkRows - 1) / kMapChunkRows);
    Basis sums(basis.size(), std::vector<double>(rows_.width));
#pragma omp parallel for ordered schedule(static, 1)
    for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
      Basis own(basis.size(), std::vector<double>(rows_.width));
      add_chunk(static_cast<uint64_t>(chunk) * kMapChunkRows, basis, own);
#pragma omp ordered
      for (size_t k = 0; k < own.size(); ++k) {
        for (size_t i = 0; i < own[k].size(); ++i) sums[k][i] += own[k][i];
      }
    }
    return sums;
  }

  void add_chunk(uint64_t begin, const Basis& basis, Basis& sums) const {
    std::vector<double> values(rows_.width);
    for (uint64_t row = begin; row < std::min(rows_.num_rows, begin + kMapChunkRows); ++row) {
      for (uint64_t i = 0; i < rows_.width; ++i) values[i] = finite(rows_.row(row)[i]) - mean_[i];
      for (size_t k = 0; k < basis.size(); ++k) {
        const double share = dot(values, basis[k]);
        for (uint64_t i = 0; i < rows_.width; ++i) sums[k][i] += share * values[i];
      }
    }
  }

  FlatMap projected(Basis& basis, const std::array<double, kComponents>& values) const {
    FlatMap map{.points = std::vector<std::array<float, 2>>(rows_.num_rows)};
    for (size_t k = 0; k < std::min(kComponents, basis.size()); ++k) {
      const auto by_size = [](double a, double b) { return std::abs(a) < std::abs(b); };
      const double sign = *std::max_element(basis[k].begin(), basis[k].end(), by_size) < 0 ? -1 : 1;
      map.variance_shares[k] = variance_ > 0 ? values[k] / variance_ : 0;
      for (uint64_t row = 0; row < rows_.num_rows; ++row) {
        double sum = 0;
        for (uint64_t i = 0; i < rows_.width; ++i) sum += (finite(rows_.row(row)[i]) - mean_[i]) * basis[k][i];
        map.points[row][k] = static_cast<float>(sign * sum);
      }
    }
    return map;
  }

  MatrixView rows_;
  std::vector<double> mean_;
  double variance_ = 0;
};

}  // namespace

FlatMap flat_map(const MatrixView& rows) { return rows.num_rows == 0 ? FlatMap{} : Components(rows).map(); }

}  // namespace hone::vectors
