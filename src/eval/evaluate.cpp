// Batches without gradients. What a batch gives goes straight into sums; logits of a whole set are never held.
#include "eval/evaluate.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/interrupt.h"
#include "base/names.h"
#include "base/progress.h"
#include "task/text_classification.h"

namespace hone::eval {

namespace {

void add_predictions(const at::Tensor& logits, std::span<const int64_t> labels, ConfusionMatrix& confusion) {
  const at::Tensor predicted = logits.argmax(-1).contiguous();
  const int64_t* predictions = predicted.const_data_ptr<int64_t>();
  for (size_t i = 0; i < labels.size(); ++i) confusion.add(labels[i], predictions[i]);
}

at::Tensor softmax(const at::Tensor& logits) { return at::softmax(logits, -1); }

at::Tensor sigmoid(const at::Tensor& logits) { return at::sigmoid(logits); }

at::Tensor unchanged(const at::Tensor& logits) { return logits; }

constexpr ScoreFunction kScoreFunctions[] = {
    {"softmax", "probabilities that sum to 1", softmax},
    {"sigmoid", "a probability for each label by itself", sigmoid},
    {"none", "the logits", unchanged},
};

}  // namespace

std::span<const ScoreFunction> score_functions() { return kScoreFunctions; }

const ScoreFunction& find_score_function(std::string_view name) {
  return find_row(kScoreFunctions, "function_to_apply", name);
}

std::optional<EvaluationResult> evaluate(model::SequenceClassifier& model, const task::Features& features,
                                         const EvaluateOptions& options) {
  const c10::InferenceMode no_gradients;
  const auto start = std::chrono::steady_clock::now();
  const auto batch_size = static_cast<uint64_t>(options.batch_size);
  EvaluationResult result{.confusion = ConfusionMatrix(model.num_labels())};
  double loss_sum = 0;
  Progress progress("evaluating", "row", features.size());
  for (uint64_t begin = 0; begin < features.size(); begin += batch_size) {
    if (options.stop_on_interrupt && pending_interrupt() != 0) return std::nullopt;
    const uint64_t end = std::min(features.size(), begin + batch_size);
    std::vector<uint64_t> rows(end - begin);
    std::iota(rows.begin(), rows.end(), begin);
    const task::Batch batch = task::make_batch(features, rows);
    const at::Tensor logits = model.forward(batch.inputs, {});
    loss_sum += task::classification_loss_sum(logits, batch.labels, {}).item<double>();
    add_predictions(logits, std::span(features.labels).subspan(begin, end - begin), result.confusion);
    ++result.num_batches;
    progress.advance(end - begin);
  }
  result.num_rows = features.size();
  result.loss = features.size() == 0 ? 0 : loss_sum / static_cast<double>(features.size());
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

std::vector<float> probabilities(model::SequenceClassifier& model, const task::Features& features,
                                 uint64_t tokens_per_batch, const std::function<void(uint64_t)>& progress,
                                 std::string_view function) {
  const c10::InferenceMode no_gradients;
  const ScoreFunction& score = find_score_function(function);
  const auto num_labels = static_cast<size_t>(model.num_labels());
  std::vector<float> result(features.size() * num_labels);
  std::vector<uint64_t> order(features.size());
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](uint64_t a, uint64_t b) { return features.length(a) > features.length(b); });
  for (size_t begin = 0; begin < order.size();) {
    uint64_t tokens = 0;
    size_t end = begin;
    while (end < order.size() && (end == begin || tokens + features.length(order[end]) <= tokens_per_batch)) {
      tokens += features.length(order[end++]);
    }
    const auto rows = std::span(order).subspan(begin, end - begin);
    const at::Tensor batch = score.apply(model.forward(task::make_batch(features, rows).inputs, {})).contiguous();
    const float* values = batch.const_data_ptr<float>();
    for (size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(values + i * num_labels, num_labels, result.begin() + static_cast<ptrdiff_t>(rows[i] * num_labels));
    }
    progress(rows.size());
    begin = end;
  }
  return result;
}

}  // namespace hone::eval
