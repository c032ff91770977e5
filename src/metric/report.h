// The result of an evaluation: numbers with names, and panels that the terminal, the pages, the model card and --json
// draw by their kind. Whoever draws a report knows no task.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone::metric {

enum class Better { kHigher, kLower, kNeither };

// Returns "higher", "lower" or "neither".
std::string_view name_of(Better better);

// One metric of a task, known before anything is evaluated.
struct Metric {
  std::string_view name;  // in logs and reports: "accuracy", "f1_macro"
  std::string_view doc;
  Better better = Better::kHigher;
  bool in_log = false;      // on the log line and in the model card; reports and curves have every metric
  bool in_percent = false;  // people know it in percent
};

// The first number of every evaluation, whatever the task.
inline constexpr Metric kLoss{"loss", "mean over the targets", Better::kLower, true};

// Returns the metric of this name, kLoss for "loss", or nullptr.
const Metric* find_metric(std::span<const Metric> metrics, std::string_view name);

// The same for a name that the user gave with `option`. Error (kUsage): an unknown name, with the nearest one.
const Metric& known_metric(std::span<const Metric> metrics, std::string_view option, std::string_view name);

// The same. Error (kUsage): also a metric of which neither a higher nor a lower value is better.
const Metric& comparable_metric(std::span<const Metric> metrics, std::string_view option, std::string_view name);

// A part of a report. `kind` decides how it is drawn and the form of `data` (docs/runs.md):
//   "matrix"     counts of each label (row) and prediction (column)
//   "table"      named rows of numbers
//   "histogram"  counts between edges
//   "curve"      lines of points
//   "rows"       single rows of the data set, such as the worst ones
struct Panel {
  std::string_view kind;
  std::string_view name;  // its key in `hone eval --json`, such as "confusion_matrix"
  std::string title;
  Json data;
};

// Rows whose outputs are NaN or infinite. They are not counted as predictions.
struct NonfiniteRows {
  uint64_t count = 0;
  uint64_t first = 0;  // the lowest of these rows

  void add(uint64_t row);
};

// The limits of a confidence interval; NaN if the metric is undefined.
struct Interval {
  double low = 0, high = 0;
};

struct Report {
  double loss = 0;                                          // mean over the targets
  std::vector<std::pair<std::string_view, double>> values;  // in the order of the task's metrics
  std::vector<std::string_view> headline;                   // names of the values that a short report has
  std::string remark;                                       // about the headline, for people; may be empty
  std::vector<Interval> intervals;                          // of `values`, or empty
  double confidence = 0;                                    // of the intervals, such as 0.95
  std::vector<Panel> panels;
  uint64_t num_rows = 0, num_targets = 0;
  NonfiniteRows nonfinite;

  // Returns the value of this metric. Throws kInternal if the report lacks it.
  double value(std::string_view name) const;
  // Returns the interval of this metric. Returns nullopt if the report has none, or if a limit of it is not finite.
  std::optional<Interval> interval(std::string_view name) const;
  // Makes loss and values NaN if there are rows without a finite result.
  void spoil_if_nonfinite();
};

// {"kind", "name", "title", "data"}.
Json to_json(const Panel& panel);

// The number, or null if it is not finite.
Json finite_or_null(double value);

}  // namespace hone::metric
