// How well scores rank rows with a label before rows without it. Definitions as in scikit-learn (roc_auc_score,
// average_precision_score, roc_curve, precision_recall_curve). Equal scores are one step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "metric/row_counts.h"

namespace hone::metric {

struct RankAreas {
  double roc_auc = 0;            // NaN if all rows or no rows have the label
  double average_precision = 0;  // 0 if no row has the label
};

class Ranking {
 public:
  struct Scored {
    double score = 0;
    uint32_t row = 0;
    bool is_true = false;
  };

  // Sorts the values.
  explicit Ranking(std::vector<Scored> values);

  RankAreas areas(RowCounts counts = {}) const;

  // The points (x, y) of a curve from the highest score to the lowest. Leaves out points that lie within 0.01 of the
  // one before, so that the number of points does not grow with the rows.
  using Curve = std::vector<std::pair<double, double>>;
  // The true positive rate over the false positive rate. Empty if all rows or no rows have the label.
  Curve roc() const;
  // Precision over recall, from (0, 1) on. Empty if no row has the label.
  Curve precision_recall() const;

 private:
  // Rows with the label and without it, from the highest score on.
  struct Counted {
    double right = 0, wrong = 0;
  };
  // Calls visit(Counted before, Counted after) for each group of equal scores; returns the total.
  template <typename Visit>
  Counted walk(RowCounts counts, Visit visit) const;

  std::vector<Scored> values_;  // highest score first
};

// Returns the mean of each area; NaN without areas.
RankAreas mean_of(std::span<const RankAreas> areas);
// Returns the mean areas of rankings of the same rows.
RankAreas mean_areas(std::span<const Ranking> rankings, RowCounts counts);

// More scores (rows times labels) are not ranked, to bound time and memory.
inline constexpr size_t kMaxRankedScores = size_t{1} << 23;
// Resamples rank at most this many scores; a thousand resamples of so many take two seconds.
inline constexpr size_t kMaxResampledScores = size_t{1} << 19;

}  // namespace hone::metric
