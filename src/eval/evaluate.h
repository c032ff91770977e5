// Runs a model over a whole set of rows without gradients, in batches sorted by length. Memory grows with rows or
// labels, never with their product, apart from metrics that rank rows (metric/class_scores.h, metric/multi_label.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metric/report.h"
#include "model/model.h"
#include "task/answer.h"
#include "task/task.h"

namespace hone::eval {

struct TrainedModel;

// What is needed to compare two models on the same rows.
struct PairedResults {
  std::vector<std::vector<double>> resamples;  // [resamples][metrics of the report]
  std::vector<bool> right;                     // by row of the data set; may be empty
};

struct Evaluated {
  metric::Report report;
  uint64_t num_batches = 0;  // of batch_size rows, the last one may be smaller; as HF's Trainer counts them
  double seconds = 0;
  std::optional<task::Calibration> calibration;
  std::optional<PairedResults> paired;
};

// Throws nonfinite_error for the first row without a finite result.
void check_finite(const metric::Report& report, const task::Examples& examples);

struct EvaluateOptions {
  int64_t batch_size = 8;                             // rows
  size_t num_worst = 0;                               // rows to list in the report
  std::optional<metric::BootstrapOptions> bootstrap;  // set: the report gets confidence intervals
  std::optional<metric::BootstrapOptions> paired;     // set: the results for comparisons are made
  std::string calibrate;                              // set: the task's calibration of this name is chosen
  std::function<bool()> keep_going;  // asked before each batch: false ends the evaluation. Empty: never
};

// Returns nullopt only if keep_going returned false. A batch has no more tokens than batch_size of the longest rows.
std::optional<Evaluated> evaluate(const model::Model& model, const task::Examples& examples,
                                  const EvaluateOptions& options);

// Larger batches are not faster.
inline constexpr uint64_t kTokensPerBatch = 4096;

// Returns the outputs of each question, in their order. Errors (kInput): nonfinite_error, and a token without a row in
// the model's embedding; `place_of` names the question, such as "reviews.csv:17".
std::vector<task::Outputs> outputs(const TrainedModel& model, std::span<const task::Question> questions,
                                   const std::function<std::string(size_t question)>& place_of,
                                   uint64_t tokens_per_batch = kTokensPerBatch);

}  // namespace hone::eval
