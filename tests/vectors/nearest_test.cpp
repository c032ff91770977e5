#include "vectors/nearest.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "vectors/vectors_fixture.h"

namespace nearest_test {

using namespace hone;
using namespace hone::vectors;

void check_hits(const Json& expected, const std::vector<std::vector<Hit>>& hits) {
  REQUIRE(hits.size() == expected.size());
  for (size_t query = 0; query < hits.size(); ++query) {
    REQUIRE(hits[query].size() == expected[query].size());
    for (size_t i = 0; i < hits[query].size(); ++i) {
      CHECK(hits[query][i].row == expected[query][i][0].get<uint64_t>());
      CHECK(hits[query][i].score == doctest::Approx(expected[query][i][1].get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("hits are those of sentence-transformers, for one query and for several, at any number of threads") {
  const VectorsFixture fixture;
  const auto queries = fixture.json["queries"].get<std::vector<float>>();
  const MatrixView all{queries.data(), 2, fixture.width};
  for (const int threads : {1, 2, 5}) {
    omp_set_num_threads(threads);
    check_hits(fixture.json["hits"], nearest(fixture.matrix(), all, {.top_k = 7}));
    check_hits(fixture.json["products"], nearest(fixture.matrix(), all, {.top_k = 7, .similarity = Similarity::kDot}));
    const auto one = nearest(fixture.matrix(), all.part(1, 1), {.top_k = 7});
    check_hits(Json::array({fixture.json["hits"][1]}), one);
  }
}

// A long way to the same result: every product in double.
std::vector<Hit> slow_nearest(const MatrixView& index, const float* query, size_t top_k) {
  std::vector<Hit> hits;
  double query_square = 0;
  for (uint64_t i = 0; i < index.width; ++i)
    query_square += static_cast<double>(query[i]) * static_cast<double>(query[i]);
  for (uint64_t row = 0; row < index.num_rows; ++row) {
    double product = 0, square = 0;
    for (uint64_t i = 0; i < index.width; ++i) {
      const auto value = static_cast<double>(index.row(row)[i]);
      product += value * static_cast<double>(query[i]);
      square += value * value;
    }
    hits.push_back({row, static_cast<float>(product / std::sqrt(square * query_square))});
  }
  std::ranges::stable_sort(hits, [](const Hit& a, const Hit& b) { return a.score > b.score; });
  hits.resize(std::min(top_k, hits.size()));
  return hits;
}

std::vector<float> made(uint64_t count) {
  std::vector<float> values(count);
  uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
  }
  return values;
}

TEST_CASE("matrices of many shapes, larger than a block") {
  for (const uint64_t width : {1, 3, 16, 31, 33, 48, 100}) {
    const uint64_t num_rows = 1303;
    const std::vector<float> rows = made(num_rows * width), queries = made(11 * width);
    const MatrixView index{rows.data(), num_rows, width}, all{queries.data(), 11, width};
    const auto hits = nearest(index, all, {.top_k = 5});
    for (uint64_t query = 0; query < all.num_rows; ++query) {
      const std::vector<Hit> expected = slow_nearest(index, all.row(query), 5);
      INFO(width);
      for (size_t i = 0; i < expected.size(); ++i) {
        CHECK(hits[query][i].score == doctest::Approx(expected[i].score).epsilon(1e-5));
        if (width > 3) CHECK(hits[query][i].row == expected[i].row);
      }
    }
  }
}

TEST_CASE("equal scores keep the earlier row; rows without a number are no hits; own rows are left out") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> rows = {1, 0, nan, 0, 1, 0, 0, 0, 1, 0, -1, 0};
  const MatrixView index{rows.data(), 6, 2};
  const float query[] = {2, 0};
  const auto hits = nearest(index, {query, 1, 2}, {.top_k = 4});
  CHECK(hits.front() == std::vector<Hit>{{0, 1}, {2, 1}, {4, 1}, {3, 0}});
  CHECK(nearest(index, {query, 1, 2}, {.top_k = 10}).front().size() == 5);
  const std::vector<uint64_t> own = {2};
  CHECK(nearest(index, {query, 1, 2}, {.top_k = 2, .own_rows = own}).front() == std::vector<Hit>{{0, 1}, {4, 1}});
  CHECK(nearest(index, {query, 1, 2}, {.top_k = 0}).front().empty());
  CHECK(nearest(index, {query, 0, 2}, {}).empty());
}

TEST_CASE("scores of pairs") {
  const std::vector<float> a = {1, 0, 3, 4}, b = {2, 0, 4, 3};
  CHECK(pair_scores({a.data(), 2, 2}, {b.data(), 2, 2}, Similarity::kDot) == std::vector<float>{2, 24});
  const std::vector<float> cosines = pair_scores({a.data(), 2, 2}, {b.data(), 2, 2}, Similarity::kCosine);
  CHECK(cosines[1] == doctest::Approx(0.96));
}

}  // namespace nearest_test
