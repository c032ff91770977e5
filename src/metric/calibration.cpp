#include "metric/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace hone::metric {

namespace {

constexpr double kLowest = 0.05, kHighest = 20;

// The derivative of a row's log loss by the inverse temperature: the mean logit under the softmax, less the label's.
double slope(std::span<const float> logits, size_t label, double inverse) {
  const double highest = *std::ranges::max_element(logits);
  double sum = 0, weighted = 0;
  for (const float logit : logits) {
    const double weight = std::exp((logit - highest) * inverse);
    sum += weight;
    weighted += weight * logit;
  }
  return weighted / sum - logits[label];
}

// Returns the middle of both numbers, rounded to as few decimals as keep it between them.
float round_between(float low, float high) {
  const double middle = (static_cast<double>(low) + high) / 2;
  for (double scale = 10; scale <= 1e6; scale *= 10) {
    const auto rounded = static_cast<float>(std::round(middle * scale) / scale);
    if (rounded > low && rounded < high) return rounded;
  }
  return low;
}

}  // namespace

std::optional<double> best_temperature(std::span<const float> logits, std::span<const int64_t> labels) {
  if (labels.empty()) return std::nullopt;
  const size_t num_labels = logits.size() / labels.size();
  check_internal(num_labels * labels.size() == logits.size(), "logits for each row");
  const auto total_slope = [&](double inverse) {
    double total = 0;
    for (size_t row = 0; row < labels.size(); ++row) {
      total += slope(logits.subspan(row * num_labels, num_labels), static_cast<size_t>(labels[row]), inverse);
    }
    return total;
  };
  // The loss is convex in the inverse temperature, so its slope rises.
  double low = 1 / kHighest, high = 1 / kLowest;
  if (total_slope(low) >= 0 || total_slope(high) <= 0) return std::nullopt;
  for (int step = 0; step < 50; ++step) {
    const double middle = std::sqrt(low * high);
    (total_slope(middle) < 0 ? low : high) = middle;
  }
  return 1 / std::sqrt(low * high);
}

float best_threshold(std::span<const float> scores, std::span<const uint8_t> truth) {
  check_internal(scores.size() == truth.size(), "a score for each row");
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  const auto num_true = static_cast<double>(std::ranges::count_if(truth, [](uint8_t is_true) { return is_true != 0; }));
  float best = 0.5f;
  double best_f1 = 0, hits = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    hits += truth[order[i]] != 0 ? 1 : 0;
    const float lowest = scores[order[i]], next = i + 1 < order.size() ? scores[order[i + 1]] : 0;
    if (lowest <= next) continue;  // no threshold lies between equal scores
    const double f1 = 2 * hits / (static_cast<double>(i + 1) + num_true);
    const float threshold = next <= 0.5f && lowest > 0.5f ? 0.5f : round_between(next, lowest);
    const bool is_nearer = std::abs(threshold - 0.5f) < std::abs(best - 0.5f);
    if (f1 > best_f1 || (f1 == best_f1 && f1 > 0 && is_nearer)) {
      best = threshold;
      best_f1 = f1;
    }
  }
  return best;
}

}  // namespace hone::metric
