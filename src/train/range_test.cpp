#include "train/range_test.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/filled_page.h"

namespace hone::train {

namespace {

constexpr double kDecay = 0.98;      // of the smoothed loss
constexpr double kDivergence = 4;    // times the lowest smoothed loss
constexpr size_t kIgnoredAtEnd = 5;  // points
constexpr size_t kPlotColumns = 60, kPlotRows = 10;

constexpr std::string_view kPage =
#include "train/range_test_page.inc"
    ;

std::string_view name_of(RangeTestEnd end) {
  if (end == RangeTestEnd::kDiverged) return "diverged";
  return end == RangeTestEnd::kNonfinite ? "nonfinite" : "all_steps";
}

std::string_view described(RangeTestEnd end) {
  if (end == RangeTestEnd::kDiverged) return "Stopped: the smoothed loss grew to 4 times its lowest.\n";
  return end == RangeTestEnd::kNonfinite ? "Stopped: the loss was no longer finite.\n" : "";
}

double with_two_digits(double value) { return std::stod(fmt::format("{:.1e}", value)); }

std::string rate_text(double rate) { return fmt::format("{:.1e}", rate); }

// The highest loss of the plot. Higher ones are drawn at its upper edge, because a diverging loss would flatten the
// rest of the curve.
double plot_top(const std::vector<RatePoint>& points, double lowest) {
  double highest = lowest;
  for (const RatePoint& point : points) highest = std::max(highest, point.smoothed);
  const double start = points.front().smoothed;
  return std::min(highest, start > lowest ? start + (start - lowest) / 2 : highest);
}

size_t column_of(size_t point, size_t num_points) {
  return num_points < 2 ? 0 : point * (kPlotColumns - 1) / (num_points - 1);
}

// The points are evenly spaced on a logarithmic axis.
std::string plot(const std::vector<RatePoint>& points, const std::optional<RateSuggestion>& suggestion) {
  const double lowest = std::ranges::min_element(points, {}, &RatePoint::smoothed)->smoothed;
  const double top = plot_top(points, lowest), range = top > lowest ? top - lowest : 1;
  std::vector<std::string> rows(kPlotRows, std::string(kPlotColumns, ' '));
  for (size_t i = 0; i < points.size(); ++i) {
    const double share = std::clamp((points[i].smoothed - lowest) / range, 0.0, 1.0);
    const auto row = static_cast<size_t>(std::lround((1 - share) * static_cast<double>(kPlotRows - 1)));
    rows[row][column_of(i, points.size())] = '*';
  }
  std::string text, axis(kPlotColumns, '-');
  for (size_t row = 0; row < kPlotRows; ++row) {
    const std::string label = row == 0               ? fmt::format("{:.4g}", top)
                              : row + 1 == kPlotRows ? fmt::format("{:.4g}", lowest)
                                                     : "";
    rows[row].erase(rows[row].find_last_not_of(' ') + 1);
    text += fmt::format("{:>8} |{}\n", label, rows[row]);
  }
  if (suggestion) {
    for (const size_t point : {suggestion->steepest, suggestion->lowest}) axis[column_of(point, points.size())] = '^';
  }
  const std::string first = rate_text(points.front().learning_rate), last = rate_text(points.back().learning_rate);
  return text + fmt::format("{:>8} +{}\n{:>10}{:<{}}{}\n", "loss", axis, "", first, kPlotColumns - last.size(), last);
}

}  // namespace

bool RangeCurve::add(double learning_rate, double loss) {
  mean_ = kDecay * mean_ + (1 - kDecay) * loss;
  weight_ = kDecay * weight_ + (1 - kDecay);
  const double smoothed = mean_ / weight_;
  lowest_ = points_.empty() ? smoothed : std::min(lowest_, smoothed);
  points_.push_back({learning_rate, loss, smoothed});
  return !(smoothed > kDivergence * lowest_);
}

std::optional<RateSuggestion> suggest_rate(const RangeTest& test) {
  const std::vector<RatePoint>& points = test.points;
  const auto begin = static_cast<size_t>(test.planned_steps / 10);
  const size_t end = points.size() > kIgnoredAtEnd ? points.size() - kIgnoredAtEnd : 0;
  if (begin + 2 > end) return std::nullopt;
  RateSuggestion suggestion{begin, begin};
  double steepest = 0;
  for (size_t i = begin; i < end; ++i) {
    if (points[i].smoothed < points[suggestion.lowest].smoothed) suggestion.lowest = i;
    if (i + 1 == end) break;
    const double slope = (points[i + 1].smoothed - points[i].smoothed) /
                         (std::log(points[i + 1].learning_rate) - std::log(points[i].learning_rate));
    if (slope >= steepest) continue;
    steepest = slope;
    suggestion.steepest = i;
  }
  if (steepest == 0) return std::nullopt;
  suggestion.learning_rate = with_two_digits(
      std::min(points[suggestion.steepest].learning_rate, points[suggestion.lowest].learning_rate / 10));
  return suggestion;
}

Json range_test_json(const RangeTest& test) {
  Json points = Json::array();
  for (const RatePoint& point : test.points) points.push_back({point.learning_rate, point.loss, point.smoothed});
  const std::optional<RateSuggestion> suggestion = suggest_rate(test);
  return {{"model", test.model},
          {"planned_steps", test.planned_steps},
          {"end", name_of(test.end)},
          {"points", std::move(points)},
          {"steepest", suggestion ? Json(suggestion->steepest) : Json()},
          {"lowest", suggestion ? Json(suggestion->lowest) : Json()},
          {"suggestion", suggestion ? Json(suggestion->learning_rate) : Json()}};
}

std::string range_test_text(const RangeTest& test) {
  const std::vector<RatePoint>& points = test.points;
  if (points.empty()) return "The loss of the first step is not finite, so there is no curve.\n";
  const std::optional<RateSuggestion> suggestion = suggest_rate(test);
  std::string text = fmt::format("Learning rates {} to {}: {} of {}\n{}\n", rate_text(points.front().learning_rate),
                                 rate_text(points.back().learning_rate), points.size(),
                                 counted(static_cast<uint64_t>(test.planned_steps), "step"), described(test.end));
  text += plot(points, suggestion) + "\n";
  if (!suggestion) {
    return text +
           "No suggestion: the loss does not fall in this range. Try another --find-lr-min\n"
           "and --find-lr-max, or more steps with --find-lr-steps.\n";
  }
  const double steepest = points[suggestion->steepest].learning_rate, lowest = points[suggestion->lowest].learning_rate;
  text += fmt::format("  {}  where the loss falls most steeply\n", rate_text(steepest));
  text += fmt::format("  {}  a tenth of {}, where the loss is lowest\n", rate_text(lowest / 10), rate_text(lowest));
  return text + fmt::format("\nSuggestion, the lower of the two:\n  --learning-rate {}\n",
                            rate_text(suggestion->learning_rate));
}

std::string range_test_page(const RangeTest& test) { return filled_page(kPage, range_test_json(test)); }

std::string range_test_lines(const RangeTest& test) {
  std::string lines;
  for (size_t i = 0; i < test.points.size(); ++i) {
    const RatePoint& point = test.points[i];
    const Json line = {{"step", i + 1},
                       {"learning_rate", point.learning_rate},
                       {"loss", point.loss},
                       {"smoothed_loss", point.smoothed}};
    lines += line.dump() + "\n";
  }
  return lines;
}

}  // namespace hone::train
