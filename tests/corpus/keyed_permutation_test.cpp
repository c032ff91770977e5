#include "corpus/keyed_permutation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <vector>

#include "base/json.h"
#include "expect_error.h"

namespace keyed_permutation_test {

using namespace hone;
using corpus::KeyedPermutation;

std::vector<uint64_t> all_of(const KeyedPermutation& permutation) {
  std::vector<uint64_t> values;
  for (uint64_t i = 0; i < permutation.size(); ++i) values.push_back(permutation(i));
  return values;
}

TEST_CASE("every number occurs once, for every size") {
  std::vector<uint64_t> sizes(600);
  std::iota(sizes.begin(), sizes.end(), 1);
  for (const uint64_t size : {4095, 4096, 4097, 4225, 10'000, 65'537}) sizes.push_back(size);
  for (const uint64_t size : sizes) {
    std::vector<uint64_t> values = all_of(KeyedPermutation(42, size, size));
    std::ranges::sort(values);
    bool is_permutation = true;
    for (uint64_t i = 0; i < size; ++i) is_permutation = is_permutation && values[i] == i;
    CHECK_MESSAGE(is_permutation, "size ", size);
  }
}

TEST_CASE("the values are those of the definition, also of sizes beyond any memory") {
  const Json fixture = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/corpus.json");
  for (const Json& row : fixture["permutations"]) {
    const KeyedPermutation permutation(row["seed"].get<uint64_t>(), row["stream"].get<uint64_t>(),
                                       row["size"].get<uint64_t>());
    for (uint64_t i = 0; i < row["first"].size(); ++i) CHECK(permutation(i) == row["first"][i].get<uint64_t>());
  }
}

TEST_CASE("seeds and streams give other orders") {
  const std::vector<uint64_t> order = all_of(KeyedPermutation(1, 0, 100));
  CHECK(order == all_of(KeyedPermutation(1, 0, 100)));
  CHECK(order != all_of(KeyedPermutation(2, 0, 100)));
  CHECK(order != all_of(KeyedPermutation(1, 1, 100)));
}

// The statistic has size! - 1 degrees of freedom; the limits are its quantiles at 1 - 1e-6 (scipy.stats.chi2.ppf).
TEST_CASE("all orders of few elements are equally frequent") {
  struct Case {
    uint64_t size, num_orders;
    double limit;
  };
  for (const Case& test : {Case{3, 6, 35.89}, Case{4, 24, 70.55}, Case{5, 120, 207.20}}) {
    const uint64_t num_draws = 200 * test.num_orders;
    std::map<std::vector<uint64_t>, double> counts;
    for (uint64_t stream = 0; stream < num_draws; ++stream) ++counts[all_of(KeyedPermutation(7, stream, test.size))];
    CHECK(counts.size() == test.num_orders);
    double statistic = 0;
    for (const auto& [order, count] : counts) statistic += (count - 200) * (count - 200) / 200;
    CHECK_MESSAGE(statistic < test.limit, "size ", test.size, ": ", statistic);
  }
}

TEST_CASE("a neighbour of a position goes anywhere") {
  // The mean distance of the images of neighbours is a third of the size for independent places (standard error
  // 0.0024).
  constexpr uint64_t kSize = 10007;
  const KeyedPermutation permutation(3, 0, kSize);
  double sum = 0;
  for (uint64_t i = 0; i + 1 < kSize; ++i) {
    sum += std::abs(static_cast<double>(permutation(i)) - static_cast<double>(permutation(i + 1)));
  }
  CHECK(sum / (kSize - 1) / kSize == doctest::Approx(1.0 / 3).epsilon(0.03));
}

TEST_CASE("a permutation needs elements") {
  CHECK(expect_error([] { KeyedPermutation(1, 1, 0); }).kind() == ErrorKind::kInternal);
}

}  // namespace keyed_permutation_test
