// Runs a model over a whole set of examples without gradients. Rows go in batches sorted by length; results come in row
// order. Memory grows with rows or labels, never with their product, apart from scores(), which returns that product,
// and metrics that rank rows (metric/class_scores.h, metric/multi_label.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metric/report.h"
#include "model/model.h"
#include "task/features.h"
#include "task/score_functions.h"
#include "task/task.h"

namespace hone::eval {

// Returns the name of a row for errors, such as "reviews.csv:17". If it is empty, errors say "row N", counted from 0.
using RowName = std::function<std::string(uint64_t row)>;
std::string name_of(const RowName& row_name, uint64_t row);

struct Evaluated {
  metric::Report report;
  uint64_t num_batches = 0;  // of batch_size rows, the last one may be smaller; as HF's Trainer counts them
  double seconds = 0;
};

// Throws nonfinite_error for the first row without a finite result.
void check_finite(const metric::Report& report, const task::Examples& examples);

struct EvaluateOptions {
  int64_t batch_size = 8;                             // rows
  size_t num_worst = 0;                               // rows to list in the report
  std::optional<metric::BootstrapOptions> bootstrap;  // set: the report gets confidence intervals
  std::function<bool()> keep_going;  // asked before each batch: false ends the evaluation. Empty: never
};

// Returns nullopt only if keep_going returned false. A batch has no more tokens than batch_size of the longest rows.
std::optional<Evaluated> evaluate(const model::Model& model, const task::Examples& examples,
                                  const EvaluateOptions& options);

// Larger batches are not faster.
inline constexpr uint64_t kTokensPerBatch = 4096;

// Returns the scores [rows, labels] of all rows. Errors: nonfinite_error.
std::vector<float> scores(const model::Model& model, const task::Features& features,
                          const task::ScoreFunction& function, const RowName& row_name = {},
                          uint64_t tokens_per_batch = kTokensPerBatch);

}  // namespace hone::eval
