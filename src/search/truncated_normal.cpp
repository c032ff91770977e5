#include "search/truncated_normal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace hone::search {

namespace {

const double kLogRootOfTwoPi = 0.5 * std::log(2 * std::numbers::pi);
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kMaxNewtonSteps = 100;
constexpr double kNewtonTolerance = 1e-8;  // the next step would change the last bits only

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// The asymptotic series of the lower tail: pdf(x) / -x * (1 - 1/x^2 + 3/x^4 - 15/x^6 ...).
double log_lower_tail(double x) {
  const double inverse_square = 1 / (x * x);
  double sum = 1, term = 1, before = 0;
  for (int i = 1; std::abs(before - sum) > kEpsilon; ++i) {
    before = sum;
    term *= -(2 * i - 1) * inverse_square;
    sum += term;
  }
  return -0.5 * x * x - std::log(-x) - kLogRootOfTwoPi + std::log(sum);
}

double log_difference(double log_p, double log_q) { return log_p + std::log1p(-std::exp(log_q - log_p)); }

double log_sum(double log_p, double log_q) {
  const double larger = std::max(log_p, log_q), smaller = std::min(log_p, log_q);
  if (larger == -HUGE_VAL) return larger;
  return larger + std::log1p(std::exp(smaller - larger));
}

// A first guess of the x at which log_normal_cdf is z <= log(1/2): the tail's leading term, or the logistic function.
double guessed_quantile(double z) {
  if (z < -5) return -std::sqrt(-2 * (z + kLogRootOfTwoPi));
  return -std::numbers::sqrt3 / std::numbers::pi * std::log(std::expm1(-z));
}

// Returns the x at which log_normal_cdf is y, by Newton's method in the lower tail.
double log_normal_quantile(double y) {
  const bool is_flipped = y > -1e-2;  // close to 0, y says little; the other tail says more
  const double z = is_flipped ? std::log(-std::expm1(y)) : y;
  double x = guessed_quantile(z);
  for (int i = 0; i < kMaxNewtonSteps; ++i) {
    const double log_cdf = log_normal_cdf(x), log_density = -0.5 * x * x - kLogRootOfTwoPi;
    const double change = (log_cdf - z) * std::exp(log_cdf - log_density);
    x -= change;
    if (std::abs(change) < kNewtonTolerance * std::abs(x)) break;
  }
  return is_flipped ? -x : x;
}

}  // namespace

double log_normal_cdf(double x) {
  if (x > 6) return -normal_cdf(-x);
  return x > -20 ? std::log(normal_cdf(x)) : log_lower_tail(x);
}

double log_normal_mass(double a, double b) {
  if (b <= 0) return log_difference(log_normal_cdf(b), log_normal_cdf(a));
  if (a > 0) return log_difference(log_normal_cdf(-a), log_normal_cdf(-b));
  return std::log1p(-normal_cdf(a) - normal_cdf(-b));
}

double truncated_normal_quantile(double quantile, double a, double b) {
  if (a == b) return std::numeric_limits<double>::quiet_NaN();
  if (quantile == 0) return a;
  if (quantile == 1) return b;
  const double log_mass = log_normal_mass(a, b);
  if (a < 0) return log_normal_quantile(log_sum(log_normal_cdf(a), std::log(quantile) + log_mass));
  return -log_normal_quantile(log_sum(log_normal_cdf(-b), std::log1p(-quantile) + log_mass));
}

double truncated_normal_log_density(double x, double a, double b) {
  if (a == b) return std::numeric_limits<double>::quiet_NaN();
  if (x < a || x > b) return -HUGE_VAL;
  return -0.5 * x * x - kLogRootOfTwoPi - log_normal_mass(a, b);
}

}  // namespace hone::search
