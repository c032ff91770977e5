#include "metric/classification.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "eval/metrics_fixture.h"
#include "expect_error.h"

using namespace hone;

namespace {

metric::ConfusionMatrix matrix_of(const Json& item) {
  metric::ConfusionMatrix matrix(item["num_labels"].get<int64_t>());
  for (size_t row = 0; row < item["labels"].size(); ++row) {
    matrix.add(item["labels"][row].get<int64_t>(), item["predicted"][row].get<int64_t>());
  }
  return matrix;
}

}  // namespace

TEST_CASE("every metric equals scikit-learn's, including undefined ratios and absent labels") {
  for (const Json& item : metrics_fixture()["metrics"]) {
    CAPTURE(item["name"].get<std::string>());
    std::set<std::string> names;
    for (const auto& [name, value] : metric::compute_metrics(matrix_of(item))) {
      CAPTURE(name);
      REQUIRE(item["expected"].contains(std::string(name)));
      CHECK(value == doctest::Approx(item["expected"][std::string(name)].get<double>()).epsilon(1e-12));
      names.emplace(name);
    }
    CHECK(names.size() == item["expected"].size());
  }
}

TEST_CASE("scores and counts by label equal scikit-learn's") {
  for (const Json& item : metrics_fixture()["metrics"]) {
    CAPTURE(item["name"].get<std::string>());
    const metric::ConfusionMatrix matrix = matrix_of(item);
    CHECK(matrix.total() == item["labels"].size());
    for (int64_t label = 0; label < matrix.num_labels(); ++label) {
      CAPTURE(label);
      const auto id = static_cast<size_t>(label);
      const metric::LabelScores scores = metric::label_scores(matrix, label);
      const Json& expected = item["per_label"][id];
      CHECK(scores.precision == doctest::Approx(expected["precision"].get<double>()).epsilon(1e-12));
      CHECK(scores.recall == doctest::Approx(expected["recall"].get<double>()).epsilon(1e-12));
      CHECK(scores.f1 == doctest::Approx(expected["f1"].get<double>()).epsilon(1e-12));
      CHECK(scores.support == expected["support"].get<uint64_t>());
      for (int64_t predicted = 0; predicted < matrix.num_labels(); ++predicted) {
        CHECK(matrix.count(label, predicted) ==
              item["confusion_matrix"][id][static_cast<size_t>(predicted)].get<uint64_t>());
      }
    }
  }
}

TEST_CASE("no rows give zeros, not a division by zero") {
  for (const auto& [name, value] : metric::compute_metrics(metric::ConfusionMatrix(3))) {
    CAPTURE(name);
    CHECK(value == 0);
  }
}

TEST_CASE("only binary classification has f1_binary; every metric has a doc line") {
  const auto has_binary = [](int64_t num_labels) {
    const auto values = metric::compute_metrics(metric::ConfusionMatrix(num_labels));
    return std::any_of(values.begin(), values.end(), [](const auto& value) { return value.first == "f1_binary"; });
  };
  CHECK(has_binary(2));
  CHECK_FALSE(has_binary(3));
  for (const metric::Metric& row : metric::classification_metrics()) {
    CHECK_FALSE(row.doc.empty());
    CHECK(row.better == metric::Better::kHigher);
  }
  const auto names_for = [](int64_t num_labels) {
    std::vector<std::string_view> names;
    for (const metric::Metric& row : metric::classification_metrics(num_labels)) names.push_back(row.name);
    return names;
  };
  for (const int64_t num_labels : {2, 3}) {
    std::vector<std::string_view> computed;
    for (const auto& [name, value] : metric::compute_metrics(metric::ConfusionMatrix(num_labels))) {
      computed.push_back(name);
    }
    CHECK(computed == names_for(num_labels));
  }
}

TEST_CASE("a label outside the matrix is a bug, not a wrong count") {
  metric::ConfusionMatrix matrix(2);
  for (const auto& [label, predicted] : std::vector<std::pair<int64_t, int64_t>>{{2, 0}, {0, 2}, {-1, 0}, {0, -1}}) {
    const Error error = expect_error([&] { matrix.add(label, predicted); });
    CHECK(error.kind() == ErrorKind::kInternal);
    CHECK(contains(error.what(), "a label is outside the confusion matrix"));
  }
  CHECK(matrix.total() == 0);
}

TEST_CASE("the cells of a matrix are those that are not 0, in order") {
  metric::ConfusionMatrix matrix(100'000);
  for (const auto& [label, predicted] : {std::pair{99'999, 7}, {2, 99'999}, {2, 2}, {2, 99'999}}) {
    matrix.add(label, predicted);
  }
  const auto cells = matrix.cells();
  REQUIRE(cells.size() == 3);
  CHECK(std::tuple(cells[0].label, cells[0].predicted, cells[0].count) == std::tuple(2, 2, 1u));
  CHECK(std::tuple(cells[1].label, cells[1].predicted, cells[1].count) == std::tuple(2, 99'999, 2u));
  CHECK(std::tuple(cells[2].label, cells[2].predicted, cells[2].count) == std::tuple(99'999, 7, 1u));
  CHECK(matrix.count(2, 99'999) == 2);
  CHECK(matrix.count(5, 5) == 0);
  CHECK(matrix.correct() == 1);
  CHECK(matrix.num_of_label(2) == 3);
  CHECK(matrix.num_of_prediction(99'999) == 2);
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
