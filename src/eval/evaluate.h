// Runs a model over a whole set of rows without gradients. Rows go in batches sorted by length; results come in row
// order. Memory grows with rows or labels, never with their product, apart from scores(), which returns that product.
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

// Names a row in an error, such as "reviews.csv:17". Empty: "row N", counted from 0.
using RowName = std::function<std::string(uint64_t row)>;
std::string name_of(const RowName& row_name, uint64_t row);

struct EvaluationResult {
  double loss = 0;  // mean over the rows
  ConfusionMatrix confusion;
  uint64_t num_rows = 0;
  uint64_t num_batches = 0;  // of batch_size rows, the last one may be smaller; as HF's Trainer counts them
  double seconds = 0;
  std::vector<Mistake> worst;  // worst first, at most num_worst
  // Rows whose logits are NaN or infinite. They are not counted as predictions; if there are any, the loss and every
  // metric are NaN.
  uint64_t num_nonfinite = 0;
  uint64_t first_nonfinite = 0;  // the lowest of these rows
};

// compute_metrics, or NaN for each metric if there are rows without a finite result.
std::vector<std::pair<std::string, double>> metrics_of(const EvaluationResult& result);

// Throws nonfinite_error for the first row without a finite result.
void check_finite(const EvaluationResult& result, const RowName& row_name);

struct EvaluateOptions {
  const task::Task* task = nullptr;  // whose loss is computed; null: text classification
  task::LossOptions loss = {};       // as in training
  int64_t batch_size = 8;            // rows
  size_t num_worst = 0;              // mistakes to keep
  std::function<bool()> keep_going;  // asked before each batch: false ends the evaluation. Empty: never
};

// Returns the mean loss and the confusion matrix of labelled rows; nullopt only if keep_going returned false. A batch
// has no more tokens than batch_size of the longest rows.
std::optional<EvaluationResult> evaluate(model::SequenceClassifier& model, const task::Features& features,
                                         const EvaluateOptions& options);

// More tokens in one batch are not faster.
inline constexpr uint64_t kTokensPerBatch = 4096;

// Returns the scores [rows, labels] of all rows. Errors: nonfinite_error.
std::vector<float> scores(model::SequenceClassifier& model, const task::Features& features,
                          const ScoreFunction& function, const RowName& row_name = {},
                          uint64_t tokens_per_batch = kTokensPerBatch);

}  // namespace hone::eval
