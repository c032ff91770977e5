// What a study found: the trials by rank, which of them may be as good as the best, and how much each option
// matters. Drawn as JSON, as text and as a page.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "metric/bootstrap.h"
#include "search/space.h"

namespace hone::search {

// The results of a trial's model on the evaluation rows, kept to compare trials (comparison.json).
struct TrialResults {
  std::vector<double> resamples;  // the metric in each resample; the same resamples for all trials
  std::vector<bool> right;        // whether each row is predicted right; may be empty

  Json json() const;
  // Returns nullopt if the JSON is something else.
  static std::optional<TrialResults> read(const Json& json);
};

struct RankedTrial {
  const Trial* trial = nullptr;
  std::optional<metric::PairedDifference> difference;  // to the best, of complete trials
  std::optional<double> mcnemar_p;

  // Returns whether the evaluation rows do not show that the trial is worse than the best.
  bool is_tied() const { return difference && !difference->is_distinct(); }
};

struct SearchReport {
  std::string metric;
  const Study* study = nullptr;
  const Space* space = nullptr;
  std::vector<RankedTrial> ranked;  // complete ones by value, then pruned, failed and running ones
  std::vector<std::pair<std::string, double>> importances;
  Json retrained;  // of the best trial with other seeds, or null
  Json test;       // the looks at the test rows, or null
};

inline constexpr double kComparisonConfidence = 0.95;

// `results_of` returns what comparison.json of a trial holds, or nullopt.
SearchReport make_report(const Study& study, const Space& space, std::string metric,
                         const std::function<std::optional<TrialResults>(const Trial&)>& results_of);

Json report_json(const SearchReport& report);
// Returns lines for a terminal: at most `num_trials` of the ranking.
std::string report_text(const SearchReport& report, size_t num_trials = 10);
// Returns a page that holds its data and requests nothing.
std::string report_page(const SearchReport& report);

// Returns "complete", "pruned", "failed", "running" or "waiting".
std::string_view state_name(TrialState state);

}  // namespace hone::search
