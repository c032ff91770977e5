// Two models on the same rows in one table, with McNemar's test.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "metric/report.h"

namespace hone::metric {

// One of the models. `right`: whether each row of the data set is predicted right.
struct BesideModel {
  std::string name;
  const Report& report;
  const std::vector<bool>& right;
};

// How many rows are right in which model, and the p-value of metric::mcnemar_p_value.
struct BesideRows {
  BesideRows(const std::vector<bool>& first, const std::vector<bool>& second);

  uint64_t both = 0, first_only = 0, second_only = 0, neither = 0;
  double mcnemar_p = 1;
};

// A table of the metrics that both reports have in their headlines, the counts of rows, and the p-value.
std::string beside_text(const BesideModel& first, const BesideModel& second);
// {"model", "rows", "loss", every metric, ..., "both_right", "first_only_right", "second_only_right", "neither_right",
// "mcnemar_p"}: the report of the second model.
Json beside_json(const BesideModel& first, const BesideModel& second);

}  // namespace hone::metric
