#include "metric/multi_label.h"

#include <doctest/doctest.h>

#include <cmath>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "metric/panel_of.h"

namespace multi_label_test {

using namespace hone;
using namespace hone::metric;

LabelScoresOfRows rows_of(const Json& item) {
  LabelScoresOfRows rows(item["truth"][0].size());
  for (size_t row = 0; row < item["truth"].size(); ++row) {
    rows.add(item["scores"][row].get<std::vector<float>>(), item["truth"][row].get<std::vector<uint8_t>>());
  }
  return rows;
}

TEST_CASE("every metric equals scikit-learn's on 200 random sets, ties, absent labels and empty rows included") {
  const Json& cases = task_metrics_fixture()["multi_label"];
  CHECK(cases.size() == 200);
  for (const Json& item : cases) {
    const LabelScoresOfRows rows = rows_of(item);
    const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
    const Report report =
        multi_label_report(rows, std::vector<float>(rows.num_labels(), 0.5f),
                           {names.begin(), names.begin() + static_cast<ptrdiff_t>(rows.num_labels())});
    for (const auto& [name, value] : report.values) {
      CAPTURE(name);
      REQUIRE(item["expected"].contains(std::string(name)));
      const Json& expected = item["expected"][std::string(name)];
      if (expected.is_null()) {
        CHECK(std::isnan(value));
      } else {
        CHECK(value == doctest::Approx(expected.get<double>()).epsilon(1e-9));
      }
    }
    CHECK(report.values.size() == item["expected"].size());
  }
}

TEST_CASE("a label is predicted above its own threshold") {
  LabelScoresOfRows rows(2);
  rows.add(std::vector<float>{0.4f, 0.6f}, std::vector<uint8_t>{1, 0});
  const std::vector<std::string> names = {"a", "b"};
  CHECK(multi_label_report(rows, std::vector<float>{0.5f, 0.5f}, names).value("accuracy") == 0);
  const Report own = multi_label_report(rows, std::vector<float>{0.3f, 0.7f}, names);
  CHECK(own.value("accuracy") == 1);
  CHECK(own.panels[0].data["rows"]["a"].dump() == R"({"precision":1.0,"recall":1.0,"f1":1.0,"support":1})");
  CHECK(own.panels[0].data["rows"]["b"]["support"] == 0);
}

TEST_CASE("no rows give zeros, or NaN for areas under the ROC curve; losses are better if lower") {
  for (const auto& [name, value] :
       multi_label_report(LabelScoresOfRows(3), std::vector<float>(3), {"a", "b", "c"}).values) {
    CAPTURE(name);
    CHECK((name.starts_with("roc_auc") ? std::isnan(value) : value == 0));
  }
  CHECK(find_metric(multi_label_metrics(), "hamming_loss")->better == Better::kLower);
  CHECK(find_metric(multi_label_metrics(), "ranking_loss")->better == Better::kLower);
  CHECK(find_metric(multi_label_metrics(), "f1_micro")->better == Better::kHigher);
  LabelScoresOfRows rows(2);
  CHECK(expect_error([&] { rows.add(std::vector<float>{1}, std::vector<uint8_t>{1, 0}); }).kind() ==
        ErrorKind::kInternal);
}

TEST_CASE("a resample has the metrics of the drawn rows") {
  for (const Json& item : task_metrics_fixture()["multi_label"]) {
    const LabelScoresOfRows rows = rows_of(item);
    LabelScoresOfRows drawn(rows.num_labels());
    std::vector<uint32_t> counts(rows.num_rows());
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      counts[row] = static_cast<uint32_t>((row * 5 + 1) % 3);
      for (uint32_t i = 0; i < counts[row]; ++i) drawn.add(rows.scores(row), rows.truth(row));
    }
    const std::vector<float> thresholds(rows.num_labels(), 0.5f);
    const std::vector<std::string> names(rows.num_labels(), "x");
    const auto expected = multi_label_report(drawn, thresholds, names).values;
    const std::vector<double> values = multi_label_resampler(rows, thresholds)(RowCounts(counts));
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

TEST_CASE("the report has a curve for each label, of more than ten for those with the most rows") {
  LabelScoresOfRows rows(12);
  std::vector<float> scores(12), thresholds(12, 0.5f);
  std::vector<uint8_t> truth(12);
  std::vector<std::string> names;
  for (size_t label = 0; label < 12; ++label) names.push_back(std::string(1, static_cast<char>('a' + label)));
  for (size_t row = 0; row < 12; ++row) {  // label k has k rows
    for (size_t label = 0; label < 12; ++label) {
      truth[label] = row < label;
      scores[label] = static_cast<float>((row * 5 + label) % 7) / 7.0f;
    }
    rows.add(scores, truth);
  }
  const Report report = multi_label_report(rows, thresholds, names);
  for (const char* name : {"precision_recall", "roc"}) {
    const Panel* panel = panel_of(report, name);
    REQUIRE(panel != nullptr);
    REQUIRE(panel->data["lines"].size() == 10);
    CHECK(panel->data["lines"].front()["name"] == "c");
    CHECK(panel->data["lines"].back()["name"] == "l");
  }
}

}  // namespace multi_label_test
