// What precision, recall and F1 are computed from.
#pragma once

#include <limits>

namespace hone::metric {

// The value of a metric that is not defined for the rows.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Returns 0 if `whole` is 0, as scikit-learn and seqeval do.
inline double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

struct Counts {
  double right = 0, predicted = 0, actual = 0;

  double precision() const { return ratio(right, predicted); }
  double recall() const { return ratio(right, actual); }
  double f1() const { return ratio(2 * right, predicted + actual); }

  void add(const Counts& other, double times = 1) {
    right += times * other.right;
    predicted += times * other.predicted;
    actual += times * other.actual;
  }
};

}  // namespace hone::metric
