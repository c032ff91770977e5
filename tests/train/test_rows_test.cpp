#include "train/test_rows.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <limits>

#include "expect_error.h"

namespace test_rows_test {

using namespace hone;
using namespace hone::train;

constexpr metric::Metric kMetrics[] = {
    {"accuracy", "", metric::Better::kHigher, true, true},
    {"f1_macro", "", metric::Better::kHigher, true},
    {"precision", "", metric::Better::kHigher},
};

metric::Report report_of_400() {
  metric::Report report{.loss = 0.33125, .num_rows = 400};
  report.values = {{"accuracy", 0.8775}, {"f1_macro", 0.871234}, {"precision", 0.5}};
  report.intervals = {{0.845, 0.9075}, {0.84, 0.9}, {0.4, std::numeric_limits<double>::quiet_NaN()}};
  report.confidence = 0.95;
  return report;
}

TEST_CASE("the terminal gets the accuracy as the articles print it, and an interval") {
  CHECK(described_test(report_of_400(), kMetrics) ==
        std::vector<std::string>{"Test Loss: 0.3312", "Test Accuracy: 87.75% (95% interval 84.50% to 90.75%)",
                                 "Test F1 Macro: 0.8712 (95% interval 0.8400 to 0.9000)"});
}

TEST_CASE("the file has every metric, and the intervals that are defined") {
  const Json json = test_results_json(report_of_400());
  CHECK(json["test_samples"] == 400);
  CHECK(json["test_loss"] == 0.33125);
  CHECK(json["test_precision"] == 0.5);
  CHECK(json["confidence"] == 0.95);
  CHECK(json["intervals"] == Json{{"test_accuracy", {0.845, 0.9075}}, {"test_f1_macro", {0.84, 0.9}}});
}

TEST_CASE("the card has the metrics of the log") {
  const std::string table = test_table(report_of_400(), kMetrics);
  CHECK(contains(table, "| metric | value | 95% interval |\n|---|---|---|\n| loss | 0.3312 | |\n"));
  CHECK(contains(table, "| accuracy | 87.75% | 84.50% to 90.75% |\n"));
  CHECK_FALSE(contains(table, "precision"));
}

}  // namespace test_rows_test
