#include "search/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/filled_page.h"
#include "search/importance.h"

namespace hone::search {

namespace {

constexpr std::string_view kSearchPage =
#include "search/report_page.inc"
    ;

// The states in the order of the ranking.
constexpr TrialState kOrder[] = {TrialState::kComplete, TrialState::kPruned, TrialState::kRunning, TrialState::kWaiting,
                                 TrialState::kFail};

size_t place_of(TrialState state) {
  return static_cast<size_t>(std::find(std::begin(kOrder), std::end(kOrder), state) - std::begin(kOrder));
}

bool is_before(const Trial& a, const Trial& b, const Study& study) {
  if (a.state != b.state) return place_of(a.state) < place_of(b.state);
  if (a.state == TrialState::kComplete && a.value && b.value && *a.value != *b.value) {
    return study.is_better(*a.value, *b.value);
  }
  if (a.state == TrialState::kPruned && a.intermediate.size() != b.intermediate.size()) {
    return a.intermediate.size() > b.intermediate.size();
  }
  return a.number < b.number;
}

void compare(const TrialResults& best, const TrialResults& other, RankedTrial& ranked) {
  if (!best.resamples.empty() && best.resamples.size() == other.resamples.size()) {
    ranked.difference = metric::paired_difference(other.resamples, best.resamples, kComparisonConfidence);
  }
  if (best.right.empty() || best.right.size() != other.right.size()) return;
  uint64_t best_only = 0, other_only = 0;
  for (size_t row = 0; row < best.right.size(); ++row) {
    best_only += best.right[row] && !other.right[row] ? 1 : 0;
    other_only += other.right[row] && !best.right[row] ? 1 : 0;
  }
  ranked.mcnemar_p = metric::mcnemar_p_value(best_only, other_only);
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json trial_json(const RankedTrial& ranked) {
  const Trial& trial = *ranked.trial;
  Json parameters = Json::object(), steps = Json::array();
  for (const auto& [name, parameter] : trial.parameters) {
    parameters[name] = parameter.distribution.external(parameter.value);
  }
  for (const auto& [step, value] : trial.intermediate) steps.push_back({step, finite(value)});
  Json json = {{"number", trial.number},
               {"state", state_name(trial.state)},
               {"value", trial.value ? finite(*trial.value) : Json()},
               {"parameters", std::move(parameters)},
               {"evaluations", std::move(steps)},
               {"started", trial.started},
               {"ended", trial.completed}};
  if (ranked.difference) {
    json["difference"] = {finite(ranked.difference->interval.low), finite(ranked.difference->interval.high)};
    json["is_tied"] = ranked.is_tied();
  }
  if (ranked.mcnemar_p) json["mcnemar_p"] = *ranked.mcnemar_p;
  if (trial.user_attributes.contains("hone:error")) json["error"] = trial.user_attributes["hone:error"];
  return json;
}

Json space_json(const Space& space) {
  Json list = Json::array();
  for (const Dimension& dimension : space.dimensions()) {
    const Distribution& distribution = dimension.distribution;
    Json entry = {{"option", dimension.option}};
    if (distribution.is_categorical()) {
      entry["choices"] = distribution.choices;
    } else {
      entry.update({{"low", distribution.low}, {"high", distribution.high}, {"log", distribution.log}});
    }
    list.push_back(std::move(entry));
  }
  return list;
}

std::string counts_text(const SearchReport& report) {
  std::string text = counted(report.study->trials.size(), "trial") + ":";
  for (const TrialState state : kOrder) {
    const auto count = std::count_if(report.study->trials.begin(), report.study->trials.end(),
                                     [&](const Trial& trial) { return trial.state == state; });
    if (count > 0) text += fmt::format("{} {} {}", text.ends_with(':') ? "" : ",", count, state_name(state));
  }
  return text;
}

std::string ranked_line(const SearchReport& report, size_t rank) {
  const RankedTrial& ranked = report.ranked[rank];
  std::string line = fmt::format("{:>4}  {:>5}  {:>8.4f}  ", rank + 1, ranked.trial->number, *ranked.trial->value);
  std::string note = rank == 0 ? "the best" : "";
  if (rank > 0 && ranked.difference) {
    note = fmt::format("{:+.4f} to {:+.4f}{}", ranked.difference->interval.low, ranked.difference->interval.high,
                       ranked.is_tied() ? " =" : "");
    if (ranked.mcnemar_p) note += fmt::format(" (p {:.2g})", *ranked.mcnemar_p);
  }
  return line + fmt::format("{:<30}  {}\n", note, report.space->described(ranked.trial->parameters));
}

}  // namespace

std::string_view state_name(TrialState state) {
  switch (state) {
    case TrialState::kRunning:
      return "running";
    case TrialState::kComplete:
      return "complete";
    case TrialState::kPruned:
      return "pruned";
    case TrialState::kFail:
      return "failed";
    case TrialState::kWaiting:
      break;
  }
  return "waiting";
}

Json TrialResults::json() const {
  Json values = Json::array();
  for (const double value : resamples) values.push_back(finite(value));
  std::string rows;
  for (const bool is_right : right) rows += is_right ? '1' : '0';
  return {{"resamples", std::move(values)}, {"right", std::move(rows)}};
}

std::optional<TrialResults> TrialResults::read(const Json& json) {
  if (!json.is_object() || !json.contains("resamples") || !json.contains("right")) return std::nullopt;
  const Json &values = json["resamples"], &rows = json["right"];
  if (!values.is_array() || !rows.is_string()) return std::nullopt;
  TrialResults results;
  for (const Json& value : values) {
    if (!value.is_number() && !value.is_null()) return std::nullopt;
    results.resamples.push_back(value.is_null() ? std::nan("") : value.get<double>());
  }
  for (const char c : rows.get_ref<const std::string&>()) results.right.push_back(c == '1');
  return results;
}

SearchReport make_report(const Study& study, const Space& space, std::string metric,
                         const std::function<std::optional<TrialResults>(const Trial&)>& results_of) {
  SearchReport report{std::move(metric), &study, &space, {}, importances(study), {}, {}};
  for (const Trial& trial : study.trials) report.ranked.push_back({&trial, std::nullopt, std::nullopt});
  std::stable_sort(report.ranked.begin(), report.ranked.end(),
                   [&](const RankedTrial& a, const RankedTrial& b) { return is_before(*a.trial, *b.trial, study); });
  if (report.ranked.empty() || report.ranked.front().trial->state != TrialState::kComplete) return report;
  const std::optional<TrialResults> best = results_of(*report.ranked.front().trial);
  if (!best) return report;
  for (RankedTrial& ranked : report.ranked) {
    if (ranked.trial->state != TrialState::kComplete || ranked.trial == report.ranked.front().trial) continue;
    if (const std::optional<TrialResults> results = results_of(*ranked.trial)) compare(*best, *results, ranked);
  }
  return report;
}

Json report_json(const SearchReport& report) {
  Json trials = Json::array(), shares = Json::array();
  for (const RankedTrial& ranked : report.ranked) trials.push_back(trial_json(ranked));
  for (const auto& [option, share] : report.importances) shares.push_back({{"option", option}, {"share", share}});
  return {{"study", report.study->name},
          {"metric", report.metric},
          {"direction", report.study->maximizes() ? "maximize" : "minimize"},
          {"confidence", kComparisonConfidence},
          {"space", space_json(*report.space)},
          {"trials", std::move(trials)},
          {"importances", std::move(shares)},
          {"retrained", report.retrained},
          {"test_looks", report.test}};
}

std::string report_text(const SearchReport& report, size_t num_trials) {
  std::string text = fmt::format("{}; {}, {} is better\n", counts_text(report), report.metric,
                                 report.study->maximizes() ? "higher" : "lower");
  size_t num_complete = 0, num_tied = 0;
  for (const RankedTrial& ranked : report.ranked) {
    num_complete += ranked.trial->state == TrialState::kComplete ? 1 : 0;
    num_tied += ranked.is_tied() ? 1 : 0;
  }
  if (num_complete == 0) return text + "no trial is complete, so there is no ranking\n";
  text += fmt::format("rank  trial  {:>8}  {:<30}  values\n", report.metric.substr(0, 8), "difference to the best");
  for (size_t rank = 0; rank < std::min(num_trials, num_complete); ++rank) text += ranked_line(report, rank);
  if (num_complete > num_trials) text += fmt::format("... and {} more\n", num_complete - num_trials);
  if (num_tied > 0) {
    text +=
        fmt::format("=: the evaluation rows do not distinguish {} from the best ({:.0f}% interval, paired bootstrap)\n",
                    counted(num_tied, "trial"), 100 * kComparisonConfidence);
  }
  if (num_complete < 2) return text;
  text += "importance";
  for (const auto& [option, share] : report.importances) text += fmt::format("  {} {:.2f}", option, share);
  return text + "\n";
}

std::string report_page(const SearchReport& report) { return filled_page(kSearchPage, report_json(report)); }

}  // namespace hone::search
