#include "metric/regression.h"

#include <doctest/doctest.h>

#include <cmath>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "metric/panel_of.h"

namespace regression_test {

using namespace hone;
using namespace hone::metric;

RegressionPairs pairs_of(const Json& item) {
  RegressionPairs pairs(item["targets"][0].size());
  for (size_t row = 0; row < item["targets"].size(); ++row) {
    pairs.add(item["predicted"][row].get<std::vector<float>>(), item["targets"][row].get<std::vector<double>>());
  }
  return pairs;
}

// NaN equals null.
void check_equal(double value, const Json& expected) {
  if (expected.is_null()) {
    CHECK(std::isnan(value));
  } else {
    CHECK(value == doctest::Approx(expected.get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("every metric equals scikit-learn's or scipy's on 200 random sets, ties and constant columns included") {
  const Json& cases = task_metrics_fixture()["regression"];
  CHECK(cases.size() == 200);
  for (const Json& item : cases) {
    const Report report = regression_report(pairs_of(item), {"a", "b", "c"});
    for (const auto& [name, value] : report.values) {
      CAPTURE(name);
      REQUIRE(item["expected"].contains(std::string(name)));
      check_equal(value, item["expected"][std::string(name)]);
    }
    CHECK(report.values.size() == item["expected"].size());
  }
}

TEST_CASE("several targets have a table, and every report a histogram of all residuals") {
  RegressionPairs pairs(2);
  pairs.add(std::vector<float>{1, 2}, std::vector<double>{0, 2});
  pairs.add(std::vector<float>{3, 2}, std::vector<double>{0, 5});
  const Report report = regression_report(pairs, {"first", "second"});
  CHECK(report.remark == "means over 2 targets");
  REQUIRE(report.panels.size() == 3);
  CHECK(report.panels[0].data["rows"]["first"]["mae"] == 2);
  CHECK(report.panels[0].data["rows"]["second"]["mae"] == 1.5);
  const Json& histogram = panel_of(report, "residuals")->data;
  CHECK(histogram["edges"].front() == -3);
  CHECK(histogram["edges"].back() == 3);
  uint64_t rows = 0;
  for (const Json& count : histogram["counts"]) rows += count.get<uint64_t>();
  CHECK(rows == 4);
  CHECK(histogram["counts"][0] == 1);
  CHECK(histogram["counts"][19] == 1);
}

TEST_CASE("equal residuals and no rows have a histogram too") {
  RegressionPairs equal(1);
  for (int i = 0; i < 3; ++i) equal.add(std::vector<float>{2}, std::vector<double>{1});
  for (const RegressionPairs& pairs : {equal, RegressionPairs(1)}) {
    const Report report = regression_report(pairs, {"a"});
    CHECK(panel_of(report, "residuals")->data["counts"].size() == 20);
  }
}

TEST_CASE("errors are better if lower, correlations if higher") {
  CHECK(find_metric(regression_metrics(), "rmse")->better == Better::kLower);
  CHECK(find_metric(regression_metrics(), "spearman")->better == Better::kHigher);
  CHECK(find_metric(regression_metrics(), "r2")->better == Better::kHigher);
  for (const Metric& metric : regression_metrics()) CHECK_FALSE(metric.doc.empty());
}

TEST_CASE("a resample has the metrics of the drawn rows") {
  for (const Json& item : task_metrics_fixture()["regression"]) {
    const size_t num_rows = item["targets"].size(), width = item["targets"][0].size();
    RegressionPairs pairs(width), drawn(width);
    std::vector<uint32_t> counts(num_rows);
    for (size_t row = 0; row < num_rows; ++row) {
      const auto predicted = item["predicted"][row].get<std::vector<float>>();
      const auto targets = item["targets"][row].get<std::vector<double>>();
      pairs.add(predicted, targets);
      counts[row] = static_cast<uint32_t>(row * 7 % 4);
      for (uint32_t i = 0; i < counts[row]; ++i) drawn.add(predicted, targets);
    }
    const std::vector<std::string> names(width, "x");
    const auto expected = regression_report(drawn, names).values;
    const std::vector<double> values = regression_resampler(pairs)(RowCounts(counts));
    REQUIRE(values.size() == expected.size());
    for (size_t i = 0; i < values.size(); ++i) {
      CAPTURE(expected[i].first);
      if (std::isnan(expected[i].second)) {
        CHECK(std::isnan(values[i]));
      } else {
        CHECK(values[i] == doctest::Approx(expected[i].second).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("the points of predictions over targets are those of the rows, of many rows a thousand evenly spaced ones") {
  const auto points_of = [](size_t num_rows) {
    metric::RegressionPairs pairs(1);
    for (size_t row = 0; row < num_rows; ++row) {
      pairs.add(std::vector<float>{static_cast<float>(row) + 0.5F}, std::vector<double>{static_cast<double>(row)});
    }
    const metric::Report report = metric::regression_report(pairs, {"score"});
    const Json& data = report.panels.back().data;
    CHECK(report.panels.back().name == "predictions");
    CHECK(data["style"] == "points");
    CHECK(data["lines"][0]["name"] == "score");
    return data["lines"][0]["points"];
  };
  CHECK(points_of(3) == Json({{0.0, 0.5}, {1.0, 1.5}, {2.0, 2.5}}));
  CHECK(points_of(0).empty());
  CHECK(points_of(5000).size() == 1000);
  CHECK(points_of(5000)[1][0] == 5.0);
}

TEST_CASE("equal residuals of any size have a histogram") {
  metric::RegressionPairs pairs(1);
  for (int row = 0; row < 3; ++row) pairs.add(std::vector<float>{1e17F}, std::vector<double>{0});
  const metric::Report report = metric::regression_report(pairs, {"score"});
  uint64_t counted = 0;
  for (const metric::Panel& panel : report.panels) {
    if (panel.name != "residuals") continue;
    for (const Json& count : panel.data["counts"]) counted += count.get<uint64_t>();
  }
  CHECK(counted == 3);
}

}  // namespace regression_test
