#include "metric/classification.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "eval/metrics_fixture.h"
#include "metric/scored_rows.h"

namespace classification_test {

using namespace hone;

metric::ClassScores one_hot(const Json& item) {
  metric::ClassScores scores(item["num_labels"].get<int64_t>());
  for (size_t row = 0; row < item["labels"].size(); ++row) {
    add_predicted(scores, item["labels"][row].get<int64_t>(), item["predicted"][row].get<int64_t>());
  }
  return scores;
}

// NaN is null in fixtures.
void check_number(double value, const Json& expected) {
  if (expected.is_null()) {
    CHECK(std::isnan(value));
  } else {
    CHECK(value == doctest::Approx(expected.get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("precision, recall and F1 equal scikit-learn's, including undefined ratios and absent labels") {
  for (const Json& item : metrics_fixture()["metrics"]) {
    CAPTURE(item["name"].get<std::string>());
    std::set<std::string, std::less<>> computed;
    for (const auto& [name, value] : metric::compute_metrics(one_hot(item))) {
      CAPTURE(name);
      computed.emplace(name);
      if (item["expected"].contains(std::string(name))) {
        CHECK(value == doctest::Approx(item["expected"][std::string(name)].get<double>()).epsilon(1e-12));
      }
    }
    for (const auto& [name, value] : item["expected"].items()) CHECK(computed.contains(name));
  }
}

TEST_CASE("every metric equals scikit-learn's on 200 random sets, ties and absent labels included") {
  const Json& cases = task_metrics_fixture()["classification"];
  CHECK(cases.size() == 200);
  std::set<std::string> compared;
  for (const Json& item : cases) {
    size_t found = 0;
    for (const auto& [name, value] : metric::compute_metrics(scores_of(item))) {
      CAPTURE(name);
      if (!item["expected"].contains(std::string(name))) continue;
      check_number(value, item["expected"][std::string(name)]);
      compared.emplace(name);
      ++found;
    }
    CHECK(found == item["expected"].size());
  }
  CHECK(compared.size() == 16);
}

TEST_CASE("intervals of resamples equal those of scikit-learn's metrics on the same rows") {
  for (const Json& item : task_metrics_fixture()["bootstrap"]) {
    const metric::ClassScores scores = scores_of(item);
    CAPTURE(scores.num_labels());
    const auto values = metric::compute_metrics(scores);
    const auto intervals = metric::bootstrap_intervals(
        scores.num_rows(), metric::classification_resampler(scores),
        {item["confidence"].get<double>(), item["resamples"].get<uint32_t>(), item["seed"].get<uint64_t>()});
    REQUIRE(intervals.size() == values.size());
    size_t found = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string name(values[i].first);
      CAPTURE(name);
      if (!item["intervals"].contains(name)) continue;
      check_number(intervals[i].low, item["intervals"][name][0]);
      check_number(intervals[i].high, item["intervals"][name][1]);
      ++found;
    }
    CHECK(found == item["intervals"].size());
  }
}

TEST_CASE("no rows give zeros, or NaN for means of probabilities and for undefined metrics") {
  for (const auto& [name, value] : metric::compute_metrics(metric::ClassScores(3))) {
    CAPTURE(name);
    CHECK((std::isnan(value) || value == 0));
  }
}

TEST_CASE("metrics apply to some numbers of labels; every metric has a doc line") {
  for (const metric::Metric& row : metric::classification_metrics()) CHECK_FALSE(row.doc.empty());
  const auto names_for = [](int64_t num_labels) {
    std::set<std::string_view> names;
    for (const metric::Metric& row : metric::classification_metrics(num_labels)) names.insert(row.name);
    return names;
  };
  CHECK(names_for(2).contains("f1_binary"));
  CHECK_FALSE(names_for(3).contains("f1_binary"));
  CHECK_FALSE(names_for(5).contains("top_5_accuracy"));
  CHECK(names_for(6).contains("top_5_accuracy"));
  for (const int64_t num_labels : {2, 3, 6}) {
    std::set<std::string_view> computed;
    for (const auto& [name, value] : metric::compute_metrics(metric::ClassScores(num_labels))) computed.insert(name);
    CHECK(computed == names_for(num_labels));
  }
  for (const char* name : {"log_loss", "brier_score", "expected_calibration_error"}) {
    CHECK(metric::find_metric(metric::classification_metrics(), name)->better == metric::Better::kLower);
  }
}

TEST_CASE("a mistake's score is the softmax of its true label and its loss the cross-entropy") {
  const float logits[] = {2.0f, 0.0f, -1.0f};
  const double sum = std::exp(2.0) + 1 + std::exp(-1.0);
  const metric::Mistake mistake = metric::make_mistake(7, logits, 1, 0);
  CHECK(mistake.row == 7);
  CHECK(mistake.label == 1);
  CHECK(mistake.predicted == 0);
  CHECK(mistake.score == doctest::Approx(1 / sum).epsilon(1e-12));
  CHECK(mistake.loss == doctest::Approx(std::log(sum)).epsilon(1e-12));
  const float large[] = {1000.0f, 0.0f};
  CHECK(metric::make_mistake(0, large, 1, 0).loss == doctest::Approx(1000));
  CHECK(metric::make_mistake(0, large, 1, 0).score == 0);
}

}  // namespace classification_test
