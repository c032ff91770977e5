// Batches without gradients. What a batch gives goes straight into sums; logits of a whole set are never held.
#include "eval/evaluate.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/names.h"
#include "base/progress.h"
#include "task/text_classification.h"
#include "tensor/compute.h"

namespace hone::eval {

namespace {

// More tokens at once are no faster.
constexpr uint64_t kTokensPerBatch = 4096;

// Rows from the longest on, so that those of a batch are of about one length; each batch has at most `tokens_per_batch`
// tokens, or one row.
class SortedBatches {
 public:
  SortedBatches(const task::Features& features, uint64_t tokens_per_batch)
      : features_(features), tokens_per_batch_(tokens_per_batch), order_(features.size()) {
    std::iota(order_.begin(), order_.end(), uint64_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](uint64_t a, uint64_t b) { return features.length(a) > features.length(b); });
  }

  // Empty after the last one.
  std::span<const uint64_t> next() {
    const size_t begin = next_;
    for (uint64_t tokens = 0; next_ < order_.size(); ++next_) {
      tokens += features_.length(order_[next_]);
      if (next_ > begin && tokens > tokens_per_batch_) break;
    }
    return std::span(order_).subspan(begin, next_ - begin);
  }

 private:
  const task::Features& features_;
  uint64_t tokens_per_batch_;
  std::vector<uint64_t> order_;
  size_t next_ = 0;
};

// logits [B, K] of the rows.
void add_predictions(const at::Tensor& logits, const task::Features& features, std::span<const uint64_t> rows,
                     ConfusionMatrix& confusion, WorstMistakes& worst) {
  const at::Tensor predicted = logits.argmax(-1).to(at::kCPU).contiguous();
  const at::Tensor scores = logits.to(at::kCPU, at::kFloat).contiguous();
  const int64_t* predictions = predicted.const_data_ptr<int64_t>();
  const auto num_labels = static_cast<size_t>(scores.size(-1));
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t label = features.labels[rows[i]];
    confusion.add(label, predictions[i]);
    if (label == predictions[i]) continue;
    worst.add(
        make_mistake(rows[i], {scores.const_data_ptr<float>() + i * num_labels, num_labels}, label, predictions[i]));
  }
}

// No more than batch_size of the longest rows have: who makes batch_size small wants to save memory.
uint64_t evaluation_tokens(const task::Features& features, uint64_t batch_size) {
  uint64_t longest = 1;
  for (uint64_t row = 0; row < features.size(); ++row) longest = std::max(longest, features.length(row));
  return batch_size >= kTokensPerBatch / longest + 1 ? kTokensPerBatch : batch_size * longest;
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
  WorstMistakes worst(options.num_worst);
  double loss_sum = 0;
  Progress progress("evaluating", "row", features.size());
  SortedBatches batches(features, evaluation_tokens(features, batch_size));
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    if (options.keep_going && !options.keep_going()) return std::nullopt;
    const task::Batch batch = task::make_batch(features, rows);
    const at::Tensor logits = model.forward(batch.inputs, {});
    loss_sum +=
        task::classification_loss_sum(logits, tensor::on_device(batch.labels, logits.device()), {}).item<double>();
    add_predictions(logits, features, rows, result.confusion, worst);
    progress.advance(rows.size());
  }
  result.worst = worst.sorted();
  result.num_batches = (features.size() + batch_size - 1) / batch_size;
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
  SortedBatches batches(features, tokens_per_batch);
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    const at::Tensor logits = model.forward(task::make_batch(features, rows).inputs, {});
    const at::Tensor batch = score.apply(logits).to(at::kCPU).contiguous();
    const float* values = batch.const_data_ptr<float>();
    for (size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(values + i * num_labels, num_labels, result.begin() + static_cast<ptrdiff_t>(rows[i] * num_labels));
    }
    progress(rows.size());
  }
  return result;
}

}  // namespace hone::eval
