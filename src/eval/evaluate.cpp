#include "eval/evaluate.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

#include "base/progress.h"
#include "tensor/compute.h"

namespace hone::eval {

namespace {

constexpr int64_t kMaxLogitsPerBatch = int64_t{1} << 22;  // 16 MiB: bounds the rows of a batch if there are many labels

// Sorts rows from the longest to the shortest, so that the rows of a batch have similar lengths. Each batch has at most
// `max_tokens` tokens and `max_rows` rows, or one row.
class SortedBatches {
 public:
  SortedBatches(const task::Features& features, uint64_t max_tokens, int64_t num_labels)
      : features_(features),
        max_tokens_(max_tokens),
        max_rows_(static_cast<size_t>(std::max<int64_t>(1, kMaxLogitsPerBatch / std::max<int64_t>(1, num_labels)))),
        order_(features.size()) {
    std::iota(order_.begin(), order_.end(), uint64_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](uint64_t a, uint64_t b) { return features.length(a) > features.length(b); });
  }

  // Returns the next batch, or an empty span after the last.
  std::span<const uint64_t> next() {
    const size_t begin = next_;
    for (uint64_t tokens = 0; next_ < order_.size() && next_ - begin < max_rows_; ++next_) {
      tokens += features_.length(order_[next_]);
      if (next_ > begin && tokens > max_tokens_) break;
    }
    return std::span(order_).subspan(begin, next_ - begin);
  }

 private:
  const task::Features& features_;
  uint64_t max_tokens_;
  size_t max_rows_;
  std::vector<uint64_t> order_;
  size_t next_ = 0;
};

// The logits [B, K] of a batch on the CPU.
class BatchLogits {
 public:
  explicit BatchLogits(const at::Tensor& logits)
      : on_cpu_(logits.to(at::kCPU, at::kFloat).contiguous()), num_labels_(static_cast<size_t>(logits.size(-1))) {}

  std::span<const float> row(size_t i) const {
    return {on_cpu_.const_data_ptr<float>() + i * num_labels_, num_labels_};
  }

 private:
  at::Tensor on_cpu_;
  size_t num_labels_;
};

void add_predictions(const BatchLogits& logits, const task::Features& features, std::span<const uint64_t> rows,
                     EvaluationResult& result, WorstMistakes& worst) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> row = logits.row(i);
    if (first_nonfinite_row(row, row.size())) {
      result.first_nonfinite = result.num_nonfinite == 0 ? rows[i] : std::min(result.first_nonfinite, rows[i]);
      ++result.num_nonfinite;
      continue;
    }
    const int64_t label = features.labels[rows[i]];
    const int64_t predicted = std::max_element(row.begin(), row.end()) - row.begin();
    result.confusion.add(label, predicted);
    if (label != predicted && worst.keeps_any()) worst.add(make_mistake(rows[i], row, label, predicted));
  }
}

// Returns the maximum number of tokens of a batch: at most those of the batch_size longest rows, because users choose a
// small batch_size to save memory.
uint64_t evaluation_tokens(const task::Features& features, uint64_t batch_size) {
  uint64_t longest = 1;
  for (uint64_t row = 0; row < features.size(); ++row) longest = std::max(longest, features.length(row));
  return batch_size >= kTokensPerBatch / longest + 1 ? kTokensPerBatch : batch_size * longest;
}

}  // namespace

std::string name_of(const RowName& row_name, uint64_t row) {
  return row_name ? row_name(row) : fmt::format("row {}", row);
}

std::vector<std::pair<std::string, double>> metrics_of(const EvaluationResult& result) {
  auto metrics = compute_metrics(result.confusion);
  if (result.num_nonfinite > 0) {
    for (auto& [name, value] : metrics) value = std::numeric_limits<double>::quiet_NaN();
  }
  return metrics;
}

void check_finite(const EvaluationResult& result, const RowName& row_name) {
  if (result.num_nonfinite > 0) throw nonfinite_error(name_of(row_name, result.first_nonfinite));
}

std::optional<EvaluationResult> evaluate(model::SequenceClassifier& model, const task::Features& features,
                                         const EvaluateOptions& options) {
  const c10::InferenceMode no_gradients;
  const auto start = std::chrono::steady_clock::now();
  const task::Task& task = options.task != nullptr ? *options.task : task::find_task("text-classification");
  const auto batch_size = static_cast<uint64_t>(options.batch_size);
  EvaluationResult result{.confusion = ConfusionMatrix(model.num_labels())};
  WorstMistakes worst(options.num_worst);
  double loss_sum = 0;
  Progress progress("evaluating", "row", features.size());
  SortedBatches batches(features, evaluation_tokens(features, batch_size), model.num_labels());
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    if (options.keep_going && !options.keep_going()) return std::nullopt;
    const task::Batch batch = task::make_batch(features, rows);
    const at::Tensor logits = model.forward(batch.inputs, {});
    add_predictions(BatchLogits(logits), features, rows, result, worst);
    const at::Tensor labels = tensor::on_device(batch.labels, logits.device());
    loss_sum += task.loss_sum(logits, labels, options.loss).item<double>();
    progress.advance(rows.size());
  }
  result.worst = worst.sorted();
  result.num_batches = (features.size() + batch_size - 1) / batch_size;
  result.num_rows = features.size();
  result.loss = features.size() == 0 ? 0 : loss_sum / static_cast<double>(features.size());
  if (result.num_nonfinite > 0) result.loss = std::numeric_limits<double>::quiet_NaN();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

std::vector<float> scores(model::SequenceClassifier& model, const task::Features& features,
                          const ScoreFunction& function, const RowName& row_name, uint64_t tokens_per_batch) {
  const c10::InferenceMode no_gradients;
  const auto num_labels = static_cast<size_t>(model.num_labels());
  std::vector<float> result(features.size() * num_labels);
  SortedBatches batches(features, tokens_per_batch, model.num_labels());
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    const BatchLogits logits(model.forward(task::make_batch(features, rows).inputs, {}));
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::span<const float> row = logits.row(i);
      std::copy(row.begin(), row.end(), result.begin() + static_cast<ptrdiff_t>(rows[i] * num_labels));
    }
  }
  if (const auto row = first_nonfinite_row(result, num_labels)) throw nonfinite_error(name_of(row_name, *row));
  apply_score_function(function, result, num_labels);
  return result;
}

}  // namespace hone::eval
