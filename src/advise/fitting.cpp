#include "advise/fitting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advise/curves.h"
#include "advise/run_options.h"

namespace hone::advise {

namespace {

constexpr double kRisen = 0.1;             // of the lowest evaluation loss
constexpr double kRisenUnexplained = 0.2;  // if the training loss is not known
constexpr double kStillImproves = 0.1;     // between the last two evaluations
constexpr double kAllRight = 0.995;        // accuracy: a lower loss changes no answer
constexpr double kStillFalls = 0.15;       // between the last two fifths of the training losses
constexpr double kSignificant = 3;         // standard errors
constexpr double kNearGuessing = 0.75;     // of the loss of guessing
constexpr double kHasNotFallen = 0.9;      // of the first losses
constexpr size_t kMinLosses = 5;

std::string percent(double share) { return fmt::format("{:.0f}%", 100 * share); }

std::vector<EvaluationPoint> measured(const History& history) {
  std::vector<EvaluationPoint> points = history.evaluations;
  std::erase_if(points, [](const EvaluationPoint& point) { return !std::isfinite(point.loss); });
  return points;
}

// Returns the mean training loss of the steps between an evaluation and the one before it.
std::optional<double> train_loss_before(const History& history, const std::vector<EvaluationPoint>& points, size_t at) {
  return mean_between(history.losses, at == 0 ? 0 : points[at - 1].step, points[at].step);
}

// Returns whether the run ended by its plan: not by a person, a fault or early stopping.
bool has_done_all(const History& history) {
  return history.is_finished && (history.total_steps == 0 || history.step >= history.total_steps);
}

std::optional<Facts> still_improves(const std::vector<EvaluationPoint>& points) {
  const EvaluationPoint& last = points.back();
  const EvaluationPoint& before = points[points.size() - 2];
  const bool is_best =
      std::ranges::all_of(points, [&](const EvaluationPoint& point) { return point.loss >= last.loss; });
  if (last.accuracy >= kAllRight) return std::nullopt;
  if (!is_best || last.loss > (1 - kStillImproves) * before.loss) return std::nullopt;
  Facts facts;
  facts.set("before_step", before.step);
  facts.set("before_loss", before.loss);
  facts.set("last_step", last.step);
  facts.set("last_loss", last.loss);
  facts.set("fall", percent(1 - last.loss / before.loss));
  return facts;
}

// Returns the accuracy halfway between that of always answering with the most frequent label and 1.
double acceptable_accuracy(std::span<const ClassResult> classes) {
  double all = 0, most = 0;
  for (const ClassResult& row : classes) {
    all += static_cast<double>(row.rows);
    most = std::max(most, static_cast<double>(row.rows));
  }
  return all == 0 ? 0.5 : (1 + most / all) / 2;
}

// Returns the means of the first and the last of this many parts of the losses.
std::pair<double, double> ends_of(std::span<const Sample> losses, size_t parts) {
  const size_t part = losses.size() / parts;
  return {mean_of(losses.first(part)), mean_of(losses.last(part))};
}

}  // namespace

std::optional<Facts> find_over_fitting(const History& history) {
  const std::vector<EvaluationPoint> points = measured(history);
  if (points.size() < 2) return std::nullopt;
  const auto best_point = std::ranges::min_element(points, {}, &EvaluationPoint::loss);
  const auto best = static_cast<size_t>(best_point - points.begin());
  const EvaluationPoint& lowest = points[best];
  const EvaluationPoint& last = points.back();
  const auto train_at_best = train_loss_before(history, points, best);
  const auto train_at_end = train_loss_before(history, points, points.size() - 1);
  const bool is_explained = train_at_best && train_at_end;
  if (last.loss < (1 + (is_explained ? kRisen : kRisenUnexplained)) * lowest.loss) return std::nullopt;
  if (is_explained && *train_at_end >= *train_at_best) return std::nullopt;
  Facts facts;
  facts.set("best_step", lowest.step);
  facts.set("best_loss", lowest.loss);
  facts.set("last_step", last.step);
  facts.set("last_loss", last.loss);
  facts.set("rise", percent(last.loss / lowest.loss - 1));
  if (std::isfinite(lowest.epoch)) facts.set("best_epoch", std::round(100 * lowest.epoch) / 100);
  if (is_explained) {
    facts.set("best_train_loss", *train_at_best);
    facts.set("last_train_loss", *train_at_end);
  }
  if (std::isfinite(lowest.accuracy) && std::isfinite(last.accuracy)) {
    facts.set("best_accuracy", lowest.accuracy);
    facts.set("last_accuracy", last.accuracy);
  }
  return facts;
}

std::optional<Facts> find_too_short(const History& history) {
  if (!has_done_all(history)) return std::nullopt;
  const std::vector<EvaluationPoint> points = measured(history);
  if (points.size() >= 2) return still_improves(points);
  if (!points.empty()) return std::nullopt;
  const std::vector<Sample> losses = binned(history.losses, history.losses.size());
  if (losses.size() < kMinLosses) return std::nullopt;
  const size_t fifth = losses.size() / 5;
  const auto last_part = std::span(losses).last(fifth), part_before = std::span(losses).last(2 * fifth).first(fifth);
  const double last = mean_of(last_part), before = mean_of(part_before);
  if (last > (1 - kStillFalls) * before) return std::nullopt;
  if (standard_errors_between(part_before, last_part) < kSignificant) return std::nullopt;
  Facts facts;
  facts.set("before_train_loss", before);
  facts.set("end_train_loss", last);
  facts.set("last_step", losses.back().step);
  facts.set("fall", percent(1 - last / before));
  return facts;
}

std::optional<Facts> find_under_fitting(const History& history) {
  const bool has_tried = !history.is_running || 2 * history.step >= history.total_steps;
  const std::vector<Sample> losses = binned(history.losses, history.losses.size());
  if (!has_tried || losses.size() < kMinLosses) return std::nullopt;
  const auto [first, last] = ends_of(losses, 5);
  const double accuracy = history.evaluations.empty() ? kUnknown : history.evaluations.back().accuracy;
  // The focal loss has another scale.
  const bool is_plain = !RunOptions(history.options).is_on("focal_gamma");
  const double guess = is_plain && history.classes.size() > 1 ? guessing_loss(history.classes) : 0;
  const bool is_near_guess = guess > 0 && last >= kNearGuessing * guess;
  const bool has_not_fallen = guess == 0 && first > 0 && last >= kHasNotFallen * first;
  if (!is_near_guess && !has_not_fallen) return std::nullopt;
  if (accuracy > acceptable_accuracy(history.classes)) return std::nullopt;
  Facts facts;
  facts.set("first_train_loss", first);
  facts.set("end_train_loss", last);
  facts.set("last_step", losses.back().step);
  if (is_near_guess) facts.set("guessing_loss", guess);
  if (std::isfinite(accuracy)) facts.set("last_accuracy", accuracy);
  return facts;
}

}  // namespace hone::advise
