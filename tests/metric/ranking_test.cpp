#include "metric/ranking.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace ranking_test {

using namespace hone::metric;

Ranking ranking_of(const std::vector<double>& scores, const std::vector<int>& truth) {
  std::vector<Ranking::Scored> values;
  for (size_t row = 0; row < scores.size(); ++row) {
    values.push_back({scores[row], static_cast<uint32_t>(row), truth[row] != 0});
  }
  return Ranking(std::move(values));
}

using Curve = Ranking::Curve;

TEST_CASE("areas and curves are those of scikit-learn's example, from the highest score on") {
  const Ranking ranking = ranking_of({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1});
  CHECK(ranking.areas().roc_auc == doctest::Approx(0.75));
  CHECK(ranking.areas().average_precision == doctest::Approx(0.5 + 0.5 * 2 / 3));
  CHECK(ranking.roc() == Curve{{0, 0}, {0, 0.5}, {0.5, 0.5}, {0.5, 1}, {1, 1}});
  CHECK(ranking.precision_recall() == Curve{{0, 1}, {0.5, 1}, {0.5, 0.5}, {1, 2.0 / 3}, {1, 0.5}});
}

TEST_CASE("equal scores are one step") {
  const Ranking ranking = ranking_of({0.5, 0.5, 0.5, 0.5}, {1, 0, 1, 0});
  CHECK(ranking.areas().roc_auc == 0.5);
  CHECK(ranking.areas().average_precision == 0.5);
  CHECK(ranking.roc() == Curve{{0, 0}, {1, 1}});
  CHECK(ranking.precision_recall() == Curve{{0, 1}, {1, 0.5}});
}

TEST_CASE("a row counts as often as it was drawn") {
  const std::vector<uint32_t> counts = {2, 0, 1, 3};
  const RankAreas drawn = ranking_of({0.1, 0.9, 0.35, 0.3}, {0, 0, 1, 1}).areas(RowCounts(counts));
  const RankAreas repeated = ranking_of({0.1, 0.1, 0.35, 0.3, 0.3, 0.3}, {0, 0, 1, 1, 1, 1}).areas();
  CHECK(drawn.roc_auc == repeated.roc_auc);
  CHECK(drawn.average_precision == repeated.average_precision);
}

TEST_CASE("without rows of both kinds the area under the ROC curve is undefined") {
  CHECK(std::isnan(ranking_of({0.1, 0.2}, {1, 1}).areas().roc_auc));
  CHECK(ranking_of({0.1, 0.2}, {1, 1}).areas().average_precision == 1);
  CHECK(ranking_of({0.1, 0.2}, {1, 1}).roc().empty());
  CHECK(ranking_of({0.1, 0.2}, {0, 0}).areas().average_precision == 0);
  CHECK(ranking_of({0.1, 0.2}, {0, 0}).precision_recall().empty());
  CHECK(ranking_of({}, {}).roc().empty());
}

TEST_CASE("the points of a curve do not grow with the rows") {
  std::vector<double> scores;
  std::vector<int> truth;
  for (int row = 0; row < 20'000; ++row) {
    scores.push_back(std::sin(row * 0.7));
    truth.push_back(std::sin(row * 0.7) + std::sin(row * 1.3) > 0);
  }
  const Ranking ranking = ranking_of(scores, truth);
  for (const Curve& curve : {ranking.roc(), ranking.precision_recall()}) {
    CHECK(curve.size() > 20);
    CHECK(curve.size() < 300);
    CHECK(curve.back().first == 1);
  }
}

}  // namespace ranking_test
