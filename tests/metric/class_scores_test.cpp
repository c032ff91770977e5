#include "metric/class_scores.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "expect_error.h"

using namespace hone;
using namespace hone::metric;

TEST_CASE("means follow their definitions; a probability of 0 has a finite log loss, as in scikit-learn") {
  ClassScores two(2);
  two.add(std::vector<double>{0.25, 0.75}, 1, 1);
  two.add(std::vector<double>{1, 0}, 1, 0);
  const ProbabilityMeans means = two.means();
  CHECK(means.log_loss ==
        doctest::Approx((-std::log(0.75) - std::log(std::numeric_limits<double>::epsilon())) / 2).epsilon(1e-12));
  CHECK(means.brier_score == doctest::Approx((0.0625 + 1) / 2));
  CHECK(means.calibration_error == doctest::Approx((0.25 + 1) / 2));
  ClassScores three(3);
  three.add(std::vector<double>{0.5, 0.25, 0.25}, 1, 0);
  CHECK(three.means().brier_score == doctest::Approx(0.25 + 0.5625 + 0.0625));
}

TEST_CASE("bins of confidence include their upper limit") {
  ClassScores scores(2);
  scores.add(std::vector<double>{0.4, 0.6}, 1, 1);  // 0.6 is 9/15
  scores.add(std::vector<double>{0.61, 0.39}, 1, 0);
  scores.add(std::vector<double>{0, 1}, 1, 1);
  const std::vector<CalibrationBin> bins = scores.calibration();
  REQUIRE(bins.size() == 15);
  CHECK(bins[8].rows == 1);
  CHECK(bins[9].rows == 1);
  CHECK(bins[9].correct == 0);
  CHECK(bins[14].rows == 1);
  CHECK(bins[14].confidence == 1);
}

TEST_CASE("a label is among the five most probable ones; of equal ones the later come first") {
  const std::vector<double> equal(6, 1.0 / 6);
  ClassScores first(6), last(6);
  first.add(equal, 0, 0);
  last.add(equal, 5, 0);
  CHECK(first.means().top_accuracy == 0);
  CHECK(last.means().top_accuracy == 1);
}

TEST_CASE("rows count as often as they were drawn") {
  ClassScores scores(2), repeated(2);
  const std::vector<std::vector<double>> rows = {{0.1, 0.9}, {0.8, 0.2}, {0.3, 0.7}};
  const std::vector<int64_t> labels = {1, 1, 0};
  const std::vector<uint32_t> counts = {3, 0, 2};
  for (size_t row = 0; row < rows.size(); ++row) {
    const int64_t predicted = rows[row][1] > 0.5;
    scores.add(rows[row], labels[row], predicted);
    for (uint32_t i = 0; i < counts[row]; ++i) repeated.add(rows[row], labels[row], predicted);
  }
  const ProbabilityMeans drawn = scores.means(RowCounts(counts)), expected = repeated.means();
  CHECK(drawn.log_loss == doctest::Approx(expected.log_loss).epsilon(1e-12));
  CHECK(drawn.brier_score == doctest::Approx(expected.brier_score).epsilon(1e-12));
  CHECK(drawn.calibration_error == doctest::Approx(expected.calibration_error).epsilon(1e-12));
  CHECK(scores.confusion(RowCounts(counts)).count(0, 1) == 2);
  CHECK(scores.ranking(1).areas(RowCounts(counts)).roc_auc == 1);
}

TEST_CASE("scores are kept for rankings up to a limit; of two labels only the second") {
  ClassScores three(3, 6), two(2, 2);
  for (int row = 0; row < 2; ++row) {
    three.add(std::vector<double>{0.5, 0.25, 0.25}, row, 0);
    two.add(std::vector<double>{0.5, 0.5}, row, 0);
  }
  CHECK(three.has_rankings());
  CHECK(two.has_rankings());
  CHECK(three.ranking(0).areas().roc_auc == 0.5);
  CHECK(expect_error([&] { static_cast<void>(two.ranking(0)); }).kind() == ErrorKind::kInternal);
  three.add(std::vector<double>{0.5, 0.25, 0.25}, 0, 0);
  two.add(std::vector<double>{0.5, 0.5}, 0, 0);
  CHECK_FALSE(three.has_rankings());
  CHECK_FALSE(two.has_rankings());
  CHECK(expect_error([&] { static_cast<void>(three.ranking(0)); }).kind() == ErrorKind::kInternal);
  CHECK(three.confusion().total() == 3);
}

TEST_CASE("a row of another width or label is a bug; no rows give NaN") {
  ClassScores scores(3);
  CHECK(expect_error([&] { scores.add(std::vector<double>{0.5, 0.5}, 0, 0); }).kind() == ErrorKind::kInternal);
  CHECK(expect_error([&] { scores.add(std::vector<double>{1, 0, 0}, 3, 0); }).kind() == ErrorKind::kInternal);
  CHECK(std::isnan(scores.means().log_loss));
  CHECK(std::isnan(scores.means().calibration_error));
}

TEST_CASE("mean areas are those of the rankings") {
  CHECK(mean_of(std::vector<RankAreas>{{0.5, 1}, {1, 0}}).roc_auc == 0.75);
  CHECK(std::isnan(mean_of({}).average_precision));
}

TEST_CASE("softmax gives probabilities of large logits too") {
  const std::vector<double> probabilities = softmax(std::vector<float>{1000, 1000, -1000});
  CHECK(probabilities == std::vector<double>{0.5, 0.5, 0});
}
