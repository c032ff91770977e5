#include "advise/curves.h"

#include <doctest/doctest.h>

#include <cmath>

namespace curves_test {

using namespace hone::advise;

TEST_CASE("bins are the means of consecutive finite samples") {
  const std::vector<Sample> samples = {{1, 0, 1}, {2, 0, 3}, {3, 0, kUnknown}, {4, 0, 5}, {5, 0, 7}};
  const std::vector<Sample> bins = binned(samples, 2);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].step == 2);
  CHECK(bins[0].value == 2);
  CHECK(bins[1].step == 5);
  CHECK(bins[1].value == 6);
  CHECK(binned(samples, 10).size() == 4);
  CHECK(binned({}, 0).empty());
}

TEST_CASE("means are of the samples after one step and up to another") {
  const std::vector<Sample> samples = {{1, 0, 1}, {2, 0, 3}, {3, 0, kUnknown}, {4, 0, 5}};
  CHECK(mean_between(samples, 1, 4) == 4);
  CHECK_FALSE(mean_between(samples, 2, 3));
  CHECK(median_of({5, 1, 3}) == 3);
}

TEST_CASE("the distance of two means is that of Welch's t test") {
  // scipy.stats.ttest_ind([1, 2, 3], [5, 6, 10], equal_var=False).statistic
  const std::vector<Sample> a = {{1, 0, 1}, {2, 0, 2}, {3, 0, 3}}, b = {{4, 0, 5}, {5, 0, 6}, {6, 0, 10}};
  CHECK(standard_errors_between(a, b) == doctest::Approx(3.06186).epsilon(1e-5));
  CHECK(standard_errors_between(a, std::span(b).first(1)) == 0);
  const std::vector<Sample> same = {{1, 0, 2}, {2, 0, 2}};
  CHECK(standard_errors_between(same, same) == 0);
}

TEST_CASE("Wilson's interval equals that of scipy") {
  // scipy.stats.binomtest(40, 50).proportion_ci(method="wilson"), and of (10, 10)
  const Interval some = wilson_interval(0.8, 50);
  CHECK(some.low == doctest::Approx(0.66963).epsilon(1e-4));
  CHECK(some.high == doctest::Approx(0.88756).epsilon(1e-4));
  const Interval all = wilson_interval(1, 10);
  CHECK(all.low == doctest::Approx(0.72247).epsilon(1e-4));
  CHECK(all.high == doctest::Approx(1));
}

TEST_CASE("the loss of guessing is the entropy of the labels") {
  CHECK(guessing_loss(std::vector<ClassResult>{{"a", 10, 0, {}}, {"b", 10, 0, {}}}) == doctest::Approx(std::log(2.0)));
  CHECK(guessing_loss(std::vector<ClassResult>{{"a", 10, 0, {}}, {"b", 0, 0, {}}}) == 0);
}

}  // namespace curves_test
