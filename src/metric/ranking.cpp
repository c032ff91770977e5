#include "metric/ranking.h"

#include <algorithm>
#include <cmath>

#include "metric/counts.h"

namespace hone::metric {

namespace {

// Collects the points of a curve that are far enough from the last one.
class Thinned {
 public:
  explicit Thinned(std::pair<double, double> first) : points_{first}, last_(first) {}

  void add(double x, double y) {
    constexpr double kStep = 0.01;
    last_ = {x, y};
    const auto [kept_x, kept_y] = points_.back();
    if (std::abs(x - kept_x) >= kStep || std::abs(y - kept_y) >= kStep) points_.push_back(last_);
  }

  Ranking::Curve with_last() {
    if (points_.back() != last_) points_.push_back(last_);
    return std::move(points_);
  }

 private:
  Ranking::Curve points_;
  std::pair<double, double> last_;
};

}  // namespace

Ranking::Ranking(std::vector<Scored> values) : values_(std::move(values)) {
  std::ranges::sort(values_, [](const Scored& a, const Scored& b) { return a.score > b.score; });
}

template <typename Visit>
Ranking::Counted Ranking::walk(RowCounts counts, Visit visit) const {
  Counted sum;
  for (size_t begin = 0, end = 0; begin < values_.size(); begin = end) {
    const Counted before = sum;
    for (; end < values_.size() && values_[end].score == values_[begin].score; ++end) {
      (values_[end].is_true ? sum.right : sum.wrong) += counts[values_[end].row];
    }
    visit(before, sum);
  }
  return sum;
}

RankAreas Ranking::areas(RowCounts counts) const {
  double pairs = 0, precisions = 0;
  const Counted total = walk(counts, [&](const Counted& before, const Counted& after) {
    pairs += (after.wrong - before.wrong) * (before.right + after.right) / 2;
    if (after.right > before.right)
      precisions += (after.right - before.right) * after.right / (after.right + after.wrong);
  });
  return {total.right * total.wrong == 0 ? kUndefined : pairs / (total.right * total.wrong),
          total.right == 0 ? 0 : precisions / total.right};
}

Ranking::Curve Ranking::roc() const {
  const Counted total = walk({}, [](const Counted&, const Counted&) {});
  if (total.right * total.wrong == 0) return {};
  Thinned curve({0, 0});
  walk({},
       [&](const Counted&, const Counted& after) { curve.add(after.wrong / total.wrong, after.right / total.right); });
  return curve.with_last();
}

Ranking::Curve Ranking::precision_recall() const {
  const Counted total = walk({}, [](const Counted&, const Counted&) {});
  if (total.right == 0) return {};
  Thinned curve({0, 1});
  walk({}, [&](const Counted&, const Counted& after) {
    curve.add(after.right / total.right, after.right / (after.right + after.wrong));
  });
  return curve.with_last();
}

RankAreas mean_of(std::span<const RankAreas> areas) {
  if (areas.empty()) return {kUndefined, kUndefined};
  RankAreas sum;
  for (const RankAreas& each : areas) {
    sum.roc_auc += each.roc_auc;
    sum.average_precision += each.average_precision;
  }
  const auto count = static_cast<double>(areas.size());
  return {sum.roc_auc / count, sum.average_precision / count};
}

RankAreas mean_areas(std::span<const Ranking> rankings, RowCounts counts) {
  std::vector<RankAreas> areas;
  areas.reserve(rankings.size());
  for (const Ranking& ranking : rankings) areas.push_back(ranking.areas(counts));
  return mean_of(areas);
}

}  // namespace hone::metric
