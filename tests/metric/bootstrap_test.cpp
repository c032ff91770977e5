#include "metric/bootstrap.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <numeric>

#include "eval/metrics_fixture.h"

using namespace hone;
using namespace hone::metric;

TEST_CASE("a resample draws the rows of the documented Philox stream") {
  const Json& item = task_metrics_fixture()["bootstrap"][0];
  const auto drawn = item["first_drawn"].get<std::vector<size_t>>();
  std::vector<uint32_t> expected(drawn.size());
  for (const size_t row : drawn) ++expected[row];
  std::vector<uint32_t> counts;
  bootstrap_intervals(drawn.size(),
                      [&](RowCounts rows) {
                        for (size_t row = 0; row < drawn.size(); ++row) counts.push_back(rows[row]);
                        return std::vector<double>{};
                      },
                      {.num_resamples = 1, .seed = item["seed"].get<uint64_t>()});
  CHECK(counts == expected);
  CHECK(std::accumulate(counts.begin(), counts.end(), uint32_t{0}) == drawn.size());
}

TEST_CASE("limits are quantiles with linear interpolation; NaN does not count") {
  double next = 0;
  const auto intervals =
      bootstrap_intervals(3,
                          [&](RowCounts) {
                            next += 1;
                            return std::vector<double>{next, next > 2 ? next : std::nan(""), std::nan("")};
                          },
                          {.confidence = 0.5, .num_resamples = 6});
  REQUIRE(intervals.size() == 3);
  CHECK(intervals[0].low == doctest::Approx(2.25));  // of 1 to 6
  CHECK(intervals[0].high == doctest::Approx(4.75));
  CHECK(intervals[1].low == doctest::Approx(3.75));  // of 3 to 6
  CHECK(std::isnan(intervals[2].low));
}

TEST_CASE("the interval of a mean has the width of the normal approximation") {
  constexpr size_t kRows = 400;
  const auto mean = [](RowCounts counts) {
    double sum = 0;
    for (size_t row = 0; row < kRows; ++row) sum += counts[row] * static_cast<double>(row % 2);
    return std::vector<double>{sum / kRows};
  };
  const auto intervals = bootstrap_intervals(kRows, mean, {});
  REQUIRE(intervals.size() == 1);
  CHECK(intervals[0].low == doctest::Approx(0.5 - 1.96 * 0.5 / 20).epsilon(0.02));
  CHECK(intervals[0].high == doctest::Approx(0.5 + 1.96 * 0.5 / 20).epsilon(0.02));
  const auto again = bootstrap_intervals(kRows, mean, {});
  CHECK(again[0].low == intervals[0].low);
  CHECK(bootstrap_intervals(kRows, mean, {.seed = 1})[0].low != intervals[0].low);
  CHECK(bootstrap_intervals(0, mean, {}).empty());
}

TEST_CASE("two models that add the same rows in different orders get the same resamples") {
  const std::vector<double> of_rows = {1, 2, 4, 8, 16};
  const auto resampled = [&](const std::vector<uint64_t>& order) {
    return paired_resamples(order,
                            [&](RowCounts counts) {
                              double sum = 0;
                              for (size_t i = 0; i < order.size(); ++i) sum += counts[i] * of_rows[order[i]];
                              return std::vector<double>{sum};
                            },
                            {.num_resamples = 50});
  };
  CHECK(resampled({0, 1, 2, 3, 4}) == resampled({4, 2, 0, 1, 3}));
  CHECK(resampled({0, 1, 2, 3, 4}).size() == 50);
  CHECK(paired_resamples({}, {}, {}).empty());
}

TEST_CASE("a paired difference has the quantiles of the differences; NaN does not count") {
  const double nan = std::nan("");
  const PairedDifference difference = paired_difference({3, 4, 5, nan}, {1, 1, 5, 1}, 0.5);
  CHECK(difference.interval.low == 1);
  CHECK(difference.interval.high == 2.5);
  CHECK(difference.share_above == doctest::Approx(2.5 / 3));
  CHECK(difference.is_distinct());
  CHECK_FALSE(paired_difference({1, 2}, {2, 1}, 0.9).is_distinct());
}

// Values of scipy.stats.binomtest(k, n).pvalue.
TEST_CASE("McNemar's test is the exact binomial test") {
  CHECK(mcnemar_p_value(0, 0) == 1);
  CHECK(mcnemar_p_value(5, 0) == doctest::Approx(0.0625));
  CHECK(mcnemar_p_value(10, 2) == doctest::Approx(0.03857421875));
  CHECK(mcnemar_p_value(7, 7) == doctest::Approx(1));
  CHECK(mcnemar_p_value(40, 25) == doctest::Approx(0.08168153394154005));
}
