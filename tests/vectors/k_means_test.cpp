#include "vectors/k_means.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <limits>
#include <set>

#include "expect_error.h"
#include "vectors/vectors_fixture.h"

namespace k_means_test {

using namespace hone;
using namespace hone::vectors;

TEST_CASE("from the same centers the clusters are scikit-learn's, at any number of threads") {
  const VectorsFixture fixture;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    for (const Json& expected : fixture.json["k_means"]) {
      std::vector<float> centers;
      for (const uint64_t row : expected["starts"].get<std::vector<uint64_t>>()) {
        centers.insert(centers.end(), fixture.matrix().row(row), fixture.matrix().row(row) + fixture.width);
      }
      const KMeansResult result = k_means_from(fixture.matrix(), centers, {});
      CHECK(result.has_converged);
      CHECK(result.cluster_of_row == expected["clusters"].get<std::vector<uint32_t>>());
      CHECK(result.inertia == doctest::Approx(expected["inertia"].get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("the same seed gives the same clusters, sorted by size, and the best start counts") {
  const VectorsFixture fixture;
  omp_set_num_threads(1);
  const KMeansResult first = k_means(fixture.matrix(), {.num_clusters = 5, .num_starts = 8});
  omp_set_num_threads(4);
  const KMeansResult again = k_means(fixture.matrix(), {.num_clusters = 5, .num_starts = 8});
  CHECK(first.cluster_of_row == again.cluster_of_row);
  CHECK(first.centers == again.centers);
  CHECK(first.inertia == again.inertia);
  // scikit-learn's result from one row of each group.
  CHECK(first.inertia <= fixture.json["k_means"][0]["inertia"].get<double>() * (1 + 1e-6));
  std::vector<int> sizes(5);
  for (const uint32_t cluster : first.cluster_of_row) ++sizes[cluster];
  CHECK(std::ranges::is_sorted(sizes, std::greater<>()));
  const KMeansResult one = k_means(fixture.matrix(), {.num_clusters = 5, .num_starts = 1});
  CHECK(first.inertia <= one.inertia);
}

TEST_CASE("every cluster has a row, also if rows are equal or centers are far away") {
  const std::vector<float> rows = {0, 0, 0, 5, 9};
  const KMeansResult result = k_means_from({rows.data(), 5, 1}, {0, 100, 200}, {});
  CHECK(std::set<uint32_t>(result.cluster_of_row.begin(), result.cluster_of_row.end()).size() == 3);
  CHECK(result.inertia == 0);
  const std::vector<float> equal(6, 2);
  CHECK(k_means({equal.data(), 6, 1}, {.num_clusters = 3}).inertia == 0);
  CHECK(k_means({rows.data(), 5, 1}, {.num_clusters = 1}).cluster_of_row == std::vector<uint32_t>(5, 0));
  CHECK(!k_means_from({rows.data(), 5, 1}, {0, 1}, {.max_iterations = 1}).has_converged);
}

TEST_CASE("impossible numbers of clusters and damaged vectors are errors") {
  std::vector<float> rows = {0, 1, 2};
  const auto problem = [&](uint64_t clusters) {
    return std::string(expect_error([&] { k_means({rows.data(), 3, 1}, {.num_clusters = clusters}); }).what());
  };
  CHECK(problem(4) == "4 clusters of 3 rows");
  CHECK(problem(0) == "0 clusters of 3 rows");
  rows[1] = std::numeric_limits<float>::infinity();
  CHECK(problem(2) == "the vector of row 1 holds a value that is no finite number");
}

}  // namespace k_means_test
