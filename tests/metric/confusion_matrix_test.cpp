#include "metric/confusion_matrix.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <tuple>

#include "eval/metrics_fixture.h"
#include "expect_error.h"

namespace confusion_matrix_test {

using namespace hone;

metric::ConfusionMatrix matrix_of(const Json& item) {
  metric::ConfusionMatrix matrix(item["num_labels"].get<int64_t>());
  for (size_t row = 0; row < item["labels"].size(); ++row) {
    matrix.add(item["labels"][row].get<int64_t>(), item["predicted"][row].get<int64_t>());
  }
  return matrix;
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

TEST_CASE("a pair may be added several times at once, or not at all") {
  metric::ConfusionMatrix matrix(3);
  matrix.add(1, 2, 5);
  matrix.add(1, 1, 0);
  CHECK(matrix.total() == 5);
  CHECK(matrix.correct() == 0);
  CHECK(matrix.num_of_label(1) == 5);
  CHECK(matrix.cells().size() == 1);
}

TEST_CASE("a matrix of many labels is written by its cells that are not 0") {
  metric::ConfusionMatrix dense(100), sparse(101);
  dense.add(99, 0);
  CHECK(metric::confusion_json(dense).size() == 100);
  CHECK(metric::confusion_json(dense)[99][0] == 1);
  for (const auto& [label, predicted] : {std::pair{100, 0}, {3, 3}, {100, 0}, {3, 2}}) sparse.add(label, predicted);
  CHECK(metric::confusion_json(sparse).dump() == R"({"cells":[[3,2,1],[3,3,1],[100,0,2]]})");
}

}  // namespace confusion_matrix_test
