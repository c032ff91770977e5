#include "eval/evaluate.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/progress.h"
#include "eval/trained_model.h"
#include "task/score_functions.h"

namespace hone::eval {

namespace {

constexpr int64_t kMaxLogitsPerBatch = int64_t{1} << 22;  // 16 MiB: bounds the rows of a batch if there are many labels

// Sorts rows from the longest to the shortest, so that the rows of a batch have similar lengths. Each batch has at most
// `max_tokens` tokens and `max_rows` rows, or one row.
class SortedBatches {
 public:
  // `lengths` of the rows.
  SortedBatches(std::vector<uint64_t> lengths, uint64_t max_tokens, int64_t num_labels)
      : lengths_(std::move(lengths)),
        max_tokens_(max_tokens),
        max_rows_(static_cast<size_t>(std::max<int64_t>(1, kMaxLogitsPerBatch / std::max<int64_t>(1, num_labels)))),
        order_(lengths_.size()) {
    std::iota(order_.begin(), order_.end(), uint64_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](uint64_t a, uint64_t b) { return lengths_[a] > lengths_[b]; });
  }

  // Returns the next batch, or an empty span after the last.
  std::span<const uint64_t> next() {
    const size_t begin = next_;
    for (uint64_t tokens = 0; next_ < order_.size() && next_ - begin < max_rows_; ++next_) {
      tokens += lengths_[order_[next_]];
      if (next_ > begin && tokens > max_tokens_) break;
    }
    return std::span(order_).subspan(begin, next_ - begin);
  }

 private:
  std::vector<uint64_t> lengths_;
  uint64_t max_tokens_;
  size_t max_rows_;
  std::vector<uint64_t> order_;
  size_t next_ = 0;
};

std::vector<uint64_t> lengths_of(const task::Examples& examples) {
  std::vector<uint64_t> lengths(examples.size());
  for (uint64_t row = 0; row < lengths.size(); ++row) lengths[row] = examples.length(row);
  return lengths;
}

// At most the tokens of batch_size of the longest rows: a small batch_size is chosen to save memory.
uint64_t evaluation_tokens(const std::vector<uint64_t>& lengths, uint64_t batch_size) {
  const uint64_t longest = lengths.empty() ? 1 : std::max<uint64_t>(1, *std::ranges::max_element(lengths));
  return batch_size >= kTokensPerBatch / longest + 1 ? kTokensPerBatch : batch_size * longest;
}

// A model with outputs for each token has fewer tokens in a batch if there are many outputs.
uint64_t bounded_tokens(const model::Model& model, uint64_t tokens) {
  return model.reads_tokens() ? std::min(tokens, static_cast<uint64_t>(kMaxLogitsPerBatch / model.num_outputs()))
                              : tokens;
}

void add_intervals(const task::Evaluation& evaluation, const metric::BootstrapOptions& options,
                   metric::Report& report) {
  const metric::Resampler values = evaluation.resampler();
  if (!values || report.nonfinite.count > 0) return;
  report.intervals = metric::bootstrap_intervals(report.num_rows, values, options);
  report.confidence = options.confidence;
}

// Returns nullopt if the task has no resamples, or a row has no finite result.
std::optional<PairedResults> paired_results(const task::Evaluation& evaluation, const std::vector<uint64_t>& order,
                                            const metric::BootstrapOptions& options, const metric::Report& report) {
  const metric::Resampler values = evaluation.resampler();
  if (!values || report.nonfinite.count > 0) return std::nullopt;
  PairedResults results{metric::paired_resamples(order, values, options), {}};
  const std::vector<bool> right = evaluation.right_rows();
  if (right.size() == order.size()) {
    results.right.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) results.right[order[i]] = right[i];
  }
  return results;
}

}  // namespace

void check_finite(const metric::Report& report, const task::Examples& examples) {
  if (report.nonfinite.count > 0) throw task::nonfinite_error(examples.location(report.nonfinite.first));
}

std::optional<Evaluated> evaluate(const model::Model& model, const task::Examples& examples,
                                  const EvaluateOptions& options) {
  const c10::InferenceMode no_gradients;
  const auto start = std::chrono::steady_clock::now();
  const auto batch_size = static_cast<uint64_t>(options.batch_size);
  const std::unique_ptr<task::Evaluation> evaluation =
      examples.evaluation({.num_worst = options.num_worst, .for_calibration = !options.calibrate.empty()});
  Progress progress("evaluating", "row", examples.size());
  std::vector<uint64_t> lengths = lengths_of(examples);
  const uint64_t max_tokens = evaluation_tokens(lengths, batch_size);
  SortedBatches batches =
      examples.bounds_outputs()
          ? SortedBatches(std::move(lengths), max_tokens, 1)
          : SortedBatches(std::move(lengths), bounded_tokens(model, max_tokens), model.num_outputs());
  std::vector<uint64_t> order;
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    if (options.keep_going && !options.keep_going()) return std::nullopt;
    evaluation->add(model, rows);
    order.insert(order.end(), rows.begin(), rows.end());
    progress.advance(rows.size());
  }
  Evaluated result{.report = evaluation->report(), .num_batches = (examples.size() + batch_size - 1) / batch_size};
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.bootstrap) add_intervals(*evaluation, *options.bootstrap, result.report);
  if (options.paired) result.paired = paired_results(*evaluation, order, *options.paired, result.report);
  if (!options.calibrate.empty() && result.report.nonfinite.count == 0) {
    result.calibration = evaluation->calibration(options.calibrate);
  }
  return result;
}

std::vector<task::Outputs> outputs(const TrainedModel& model, std::span<const task::Question> questions,
                                   const std::function<std::string(size_t question)>& place_of,
                                   uint64_t tokens_per_batch) {
  const bool may_lack_rows = model.tokenizer.vocab_size() > model.model->vocab_size();
  std::vector<uint64_t> lengths;
  for (size_t i = 0; i < questions.size(); ++i) {
    if (may_lack_rows) check_embedded(model, questions[i], place_of(i));
    lengths.push_back(questions[i].num_tokens());
  }
  std::vector<task::Outputs> result(questions.size());
  SortedBatches batches = model.task->bounds_outputs()
                              ? SortedBatches(std::move(lengths), tokens_per_batch, 1)
                              : SortedBatches(std::move(lengths), bounded_tokens(*model.model, tokens_per_batch),
                                              model.model->num_outputs());
  for (auto rows = batches.next(); !rows.empty(); rows = batches.next()) {
    std::vector<const task::Question*> batch;
    for (const uint64_t row : rows) batch.push_back(&questions[row]);
    std::vector<task::Outputs> of_batch = model.task->outputs(*model.model, batch);
    for (size_t i = 0; i < rows.size(); ++i) result[rows[i]] = std::move(of_batch[i]);
  }
  for (size_t i = 0; i < result.size(); ++i) {
    if (!result[i].are_finite()) throw task::nonfinite_error(place_of(i));
  }
  return result;
}

}  // namespace hone::eval
