// Runs a model over a set of rows without gradients. Sorts rows by length into batches; returns results in row order.
// Memory grows with the number of rows and of labels, but not with their product, except in scores(), whose result has
// that size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eval/metrics.h"
#include "eval/mistakes.h"
#include "eval/score_functions.h"
#include "model/sequence_classifier.h"
#include "task/features.h"
#include "task/tasks.h"

namespace hone::eval {

// Returns the name of a row for errors, such as "reviews.csv:17". If it is empty, errors say "row N", counted from 0.
using RowName = std::function<std::string(uint64_t row)>;
std::string name_of(const RowName& row_name, uint64_t row);

struct EvaluationResult {
  double loss = 0;  // mean over the rows
  ConfusionMatrix confusion;
  uint64_t num_rows = 0;
  uint64_t num_batches = 0;  // as HF's Trainer counts them: batch_size rows each, the last may be smaller
  double seconds = 0;
  std::vector<Mistake> worst;  // worst first, at most num_worst
  // Rows whose logits are NaN or infinite. They do not count as predictions; if there are any, the loss and every
  // metric are NaN.
  uint64_t num_nonfinite = 0;
  uint64_t first_nonfinite = 0;  // the lowest of these rows
};

// Returns compute_metrics(), or NaN for each metric if some rows have no finite result.
std::vector<std::pair<std::string, double>> metrics_of(const EvaluationResult& result);

// Throws nonfinite_error for the first row without a finite result.
void check_finite(const EvaluationResult& result, const RowName& row_name);

struct EvaluateOptions {
  const task::Task* task = nullptr;  // defines the loss; null: text classification
  task::LossOptions loss = {};       // as in training
  int64_t batch_size = 8;            // rows
  size_t num_worst = 0;              // mistakes to keep
  std::function<bool()> keep_going;  // called before each batch; false ends the evaluation; may be empty
};

// Returns the mean loss and the confusion matrix of labelled rows; nullopt only if keep_going returned false. A batch
// has at most as many tokens as the batch_size longest rows.
std::optional<EvaluationResult> evaluate(model::SequenceClassifier& model, const task::Features& features,
                                         const EvaluateOptions& options);

// Larger batches are not faster.
inline constexpr uint64_t kTokensPerBatch = 4096;

// Returns the scores [rows, labels] of all rows. Errors: nonfinite_error.
std::vector<float> scores(model::SequenceClassifier& model, const task::Features& features,
                          const ScoreFunction& function, const RowName& row_name = {},
                          uint64_t tokens_per_batch = kTokensPerBatch);

}  // namespace hone::eval
