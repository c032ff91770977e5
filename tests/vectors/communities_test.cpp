#include "vectors/communities.h"

#include <doctest/doctest.h>
#include <omp.h>

#include "vectors/vectors_fixture.h"

namespace communities_test {

using namespace hone;
using namespace hone::vectors;

TEST_CASE("communities are those of sentence-transformers, at any number of threads") {
  const VectorsFixture fixture;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    for (const Json& expected : fixture.json["communities"]) {
      INFO(expected["threshold"].dump());
      const auto found =
          communities(fixture.matrix(), {.threshold = expected["threshold"], .min_size = expected["min_size"]});
      CHECK(found == expected["rows"].get<std::vector<std::vector<uint64_t>>>());
    }
  }
}

TEST_CASE("fewer rows than a community needs, zeros, and no rows") {
  const std::vector<float> rows = {0, 0, 0, 0, 1, 0, 1, 0};
  CHECK(communities({rows.data(), 4, 2}, {.min_size = 5}).empty());
  CHECK(communities({rows.data(), 0, 2}, {.min_size = 0}).empty());
  CHECK(communities({rows.data(), 4, 2}, {.min_size = 2}) == std::vector<std::vector<uint64_t>>{{2, 3}});
  // A row of zeros is not similar to itself.
  CHECK(communities({rows.data(), 4, 2}, {.threshold = 0.5F, .min_size = 1}) ==
        std::vector<std::vector<uint64_t>>{{2, 3}});
}

}  // namespace communities_test
