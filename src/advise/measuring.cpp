#include "advise/measuring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advise/curves.h"
#include "advise/run_options.h"

namespace hone::advise {

namespace {

constexpr uint64_t kMinClassRows = 5;
constexpr double kIgnored = 0.1;  // recall
constexpr double kWide = 0.04;    // half of an interval
constexpr size_t kMaxNamedClasses = 5;

bool is_ignored(const ClassResult& row) {
  return row.rows >= kMinClassRows && static_cast<double>(row.correct) <= kIgnored * static_cast<double>(row.rows);
}

// Returns whether the accuracy is a share of rows.
bool counts_rows(const History& history) {
  return history.task == "text-classification" || history.task == "multi-label";
}

}  // namespace

std::optional<Facts> find_ignored_class(const History& history) {
  std::vector<const ClassResult*> ignored;
  uint64_t all_rows = 0;
  for (const ClassResult& row : history.classes) {
    all_rows += row.rows;
    if (is_ignored(row)) ignored.push_back(&row);
  }
  if (ignored.empty()) return std::nullopt;
  std::ranges::stable_sort(ignored, std::ranges::greater(), [](const ClassResult* row) { return row->rows; });
  const ClassResult& largest = *ignored[0];
  Facts facts;
  facts.set("class", largest.label);
  facts.set("class_rows", largest.rows);
  facts.set("class_correct", largest.correct);
  if (largest.predicted) facts.set("class_predicted", *largest.predicted);
  facts.set("class_share",
            fmt::format("{:.1f}%", 100 * static_cast<double>(largest.rows) / static_cast<double>(all_rows)));
  facts.set("classes_step", history.classes_step);
  std::string others;
  for (size_t i = 1; i < std::min(ignored.size(), kMaxNamedClasses); ++i) {
    others += (i == 1 ? "" : ", ") + ignored[i]->label;
  }
  if (ignored.size() > kMaxNamedClasses) others += ", ...";
  if (!others.empty()) {
    facts.set("other_classes", others);
    facts.set("num_other_classes", ignored.size() - 1);
  }
  return facts;
}

std::optional<Facts> find_noisy_validation(const History& history) {
  if (!counts_rows(history) || history.num_eval_rows.value_or(0) == 0) return std::nullopt;
  std::vector<EvaluationPoint> points = history.evaluations;
  std::erase_if(points, [](const EvaluationPoint& point) { return !(point.accuracy >= 0 && point.accuracy <= 1); });
  if (points.size() < 2) return std::nullopt;
  const EvaluationPoint best = *std::ranges::max_element(points, {}, &EvaluationPoint::accuracy);
  const Interval interval = wilson_interval(best.accuracy, *history.num_eval_rows);
  const auto inside =
      std::ranges::count_if(points, [&](const EvaluationPoint& point) { return point.accuracy >= interval.low; });
  if (interval.high - interval.low < 2 * kWide || inside < 2) return std::nullopt;
  Facts facts;
  facts.set("num_rows", *history.num_eval_rows);
  facts.set("best_step", best.step);
  facts.set("best_accuracy", best.accuracy);
  facts.set("low", interval.low);
  facts.set("high", interval.high);
  facts.set("num_inside", inside);
  facts.set("num_evaluations", points.size());
  return facts;
}

std::optional<Facts> find_test_rows_chose(const History& history) {
  if (history.evaluation_rows != "test" || history.evaluations.empty()) return std::nullopt;
  const RunOptions options(history.options);
  const bool chose = options.is_on("load_best_model_at_end");
  const auto patience = options.number("early_stopping_patience");
  if (!chose && !patience) return std::nullopt;
  Facts facts;
  facts.set("num_choices", history.evaluations.size());
  if (history.num_eval_rows) facts.set("num_rows", *history.num_eval_rows);
  if (chose) facts.set("chose_model", "load_best_model_at_end");
  if (patience) facts.set("chose_end", *patience);
  return facts;
}

std::optional<Facts> find_not_evaluated(const History& history) {
  if (!history.is_finished || !history.evaluations.empty()) return std::nullopt;
  Facts facts;
  facts.set("steps", history.step);
  return facts;
}

std::optional<Facts> find_not_logged(const History& history) {
  if (!history.is_finished || !history.losses.empty()) return std::nullopt;
  Facts facts;
  facts.set("steps", history.step);
  if (const auto every = RunOptions(history.options).number("logging_steps")) facts.set("logging_steps", *every);
  return facts;
}

}  // namespace hone::advise
