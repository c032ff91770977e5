// Running a model over a whole set without gradients: rows go in length-sorted batches, results come out in row order.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "eval/metrics.h"
#include "eval/mistakes.h"
#include "model/sequence_classifier.h"
#include "task/features.h"

namespace hone::eval {

struct EvaluationResult {
  double loss = 0;  // mean over the rows
  ConfusionMatrix confusion;
  uint64_t num_rows = 0;
  uint64_t num_batches = 0;  // as HF's Trainer counts them: of batch_size rows, the last one may be smaller
  double seconds = 0;
  std::vector<Mistake> worst;  // worst first, at most num_worst
};

struct EvaluateOptions {
  int64_t batch_size = 8;            // rows
  size_t num_worst = 0;              // mistakes to keep
  std::function<bool()> keep_going;  // asked before each batch: false gives up. Empty: to the end
};

// Mean loss and confusion matrix of labelled rows; nullopt only where keep_going said no. A batch computes no more
// tokens than batch_size of the longest rows have.
std::optional<EvaluationResult> evaluate(model::SequenceClassifier& model, const task::Features& features,
                                         const EvaluateOptions& options);

// How logits become scores, by transformers' names for it (function_to_apply).
struct ScoreFunction {
  std::string_view name;
  std::string_view doc;
  at::Tensor (*apply)(const at::Tensor& logits);  // [B, K] -> [B, K]
};
std::span<const ScoreFunction> score_functions();
// Errors (kUsage): an unknown name, with the nearest one.
const ScoreFunction& find_score_function(std::string_view name);

// Scores [rows, K], by default the softmax of the logits, in row order; batches are sorted by length and hold about
// `tokens_per_batch` tokens. `progress(rows)` is called after each batch with the rows it held.
std::vector<float> probabilities(model::SequenceClassifier& model, const task::Features& features,
                                 uint64_t tokens_per_batch, const std::function<void(uint64_t)>& progress,
                                 std::string_view function = "softmax");

}  // namespace hone::eval
