// Rows with probabilities, for tests of classification metrics.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "metric/class_scores.h"

namespace hone {

// Adds a row that is predicted with the probability 1.
inline void add_predicted(metric::ClassScores& scores, int64_t label, int64_t predicted) {
  std::vector<double> probabilities(static_cast<size_t>(scores.num_labels()));
  probabilities[static_cast<size_t>(predicted)] = 1;
  scores.add(probabilities, label, predicted);
}

// The rows of a case of make_task_metrics_fixture.py.
inline metric::ClassScores scores_of(const Json& item) {
  metric::ClassScores scores(static_cast<int64_t>(item["probabilities"][0].size()));
  for (size_t row = 0; row < item["labels"].size(); ++row) {
    const auto probabilities = item["probabilities"][row].get<std::vector<double>>();
    const auto predicted = std::ranges::max_element(probabilities) - probabilities.begin();
    scores.add(probabilities, item["labels"][row].get<int64_t>(), predicted);
  }
  return scores;
}

}  // namespace hone
