#include "vectors/map.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <limits>

#include "vectors/vectors_fixture.h"

namespace map_test {

using namespace hone;
using namespace hone::vectors;

TEST_CASE("the map is scikit-learn's PCA, at any number of threads") {
  const VectorsFixture fixture;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    const FlatMap map = flat_map(fixture.matrix());
    for (size_t row = 0; row < map.points.size(); ++row) {
      for (size_t k = 0; k < 2; ++k) {
        CHECK(map.points[row][k] == doctest::Approx(fixture.json["map"][row][k].get<double>()).epsilon(1e-4));
      }
    }
    for (size_t k = 0; k < 2; ++k) {
      CHECK(map.variance_shares[k] == doctest::Approx(fixture.json["variance_shares"][k].get<double>()).epsilon(1e-6));
    }
  }
}

TEST_CASE("few rows, one value a row, equal rows, and values that are no numbers") {
  CHECK(flat_map({nullptr, 0, 3}).points.empty());
  const std::vector<float> line = {3, 1, 2};
  const FlatMap narrow = flat_map({line.data(), 3, 1});
  CHECK(narrow.points[0][0] == doctest::Approx(1));
  CHECK(narrow.points[0][1] == 0);
  const std::vector<float> equal(8, 1);
  CHECK(flat_map({equal.data(), 4, 2}).points[2] == std::array<float, 2>{0, 0});
  const std::vector<float> damaged = {1, std::numeric_limits<float>::quiet_NaN(), 0, 1};
  CHECK(std::isfinite(flat_map({damaged.data(), 2, 2}).points[0][0]));
}

}  // namespace map_test
