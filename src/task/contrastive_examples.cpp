#include "task/contrastive_examples.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/counted.h"
#include "base/error.h"
#include "base/utf8.h"
#include "metric/similarity.h"
#include "task/contrastive_loss.h"
#include "tensor/compute.h"
#include "tensor/recompute.h"

namespace hone::task {

namespace {

constexpr int64_t kComparedPairs = 1024;  // whose cosines with all second texts are in memory
constexpr size_t kShownTextBytes = 50, kDescribedBytes = 4000;

// Equal texts of all columns get the same number.
std::vector<std::vector<uint64_t>> text_numbers(const std::vector<Features>& columns) {
  std::unordered_map<std::string_view, uint64_t> known;
  std::vector<std::vector<uint64_t>> numbers;
  for (const Features& column : columns) {
    numbers.emplace_back();
    for (uint64_t row = 0; row < column.size(); ++row) {
      const std::span<const int32_t> ids = column.row_ids(row);
      const std::string_view bytes(reinterpret_cast<const char*>(ids.data()), ids.size_bytes());
      numbers.back().push_back(known.try_emplace(bytes, known.size()).first->second);
    }
  }
  return numbers;
}

// The data of examples, which evaluations share.
class ContrastiveRows {
 public:
  ContrastiveRows(ContrastiveTexts texts, ContrastiveOptions options, const SentenceHeadOf& head)
      : texts_(std::move(texts)),
        options_(std::move(options)),
        loss_(find_contrastive_loss(options_.loss)),
        head_(head),
        numbers_(text_numbers(texts_.columns)) {}

  const ContrastiveTexts& texts() const { return texts_; }
  const ContrastiveLoss& loss() const { return loss_; }
  bool has_scores() const { return !texts_.scores.empty(); }

  at::Tensor vectors(const model::Model& model, const Features& column, std::span<const uint64_t> rows,
                     const nn::ForwardContext& context) const {
    return head_.head(model).vectors_of(model, make_batch(column, rows), context);  // [B, W]
  }

  // The vectors of a batch with gradients. A part of the rows is computed at once, and again in backward, so that
  // memory does not grow with the batch (Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited
  // Setup", 2021). Each column and part has draws of its own.
  at::Tensor trained_vectors(const model::Model& model, size_t column, std::span<const uint64_t> rows,
                             const nn::ForwardContext& context) const {
    const Features& features = texts_.columns[std::min(column, texts_.columns.size() - 1)];
    const size_t part_rows = options_.mini_batch_rows == 0 ? rows.size() : options_.mini_batch_rows;
    const size_t num_parts = (rows.size() + part_rows - 1) / part_rows;
    std::vector<at::Tensor> parts;
    for (size_t begin = 0; begin < rows.size(); begin += part_rows) {
      const std::vector<uint64_t> part(rows.begin() + static_cast<ptrdiff_t>(begin),
                                       rows.begin() + static_cast<ptrdiff_t>(std::min(rows.size(), begin + part_rows)));
      nn::ForwardContext own = context;
      own.micro_batch = static_cast<uint16_t>(context.micro_batch * num_parts * num_columns() + column * num_parts +
                                              begin / part_rows);
      const auto compute = [this, &model, &features, part, own](const at::Tensor&) {
        return vectors(model, features, part, own);
      };
      parts.push_back(num_parts == 1 ? compute({}) : tensor::recompute_in_backward(compute, at::zeros({1})));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts);
  }

  size_t num_columns() const { return std::max<size_t>(2, texts_.columns.size()); }

  // The sum of the losses of the batch whose columns have these vectors.
  at::Tensor loss_sum(std::vector<at::Tensor> columns, std::span<const uint64_t> rows) const {
    check_widths(columns.front().size(1));
    ContrastiveBatch batch{std::move(columns), {}, {}};
    for (size_t column = 0; column < batch.columns.size(); ++column) {
      batch.texts.emplace_back();
      for (const uint64_t row : rows)
        batch.texts.back().push_back(numbers_[std::min(column, numbers_.size() - 1)][row]);
    }
    if (loss_.needs_scores) {
      const at::Tensor scores = at::empty({static_cast<int64_t>(rows.size())}, at::kFloat);
      float* next = scores.mutable_data_ptr<float>();
      for (const uint64_t row : rows) *next++ = static_cast<float>(texts_.scores[row]);
      batch.scores = tensor::on_device(scores, batch.columns.front().device());
    }
    return matryoshka_sum(loss_, batch, options_.widths);
  }

  std::string location(uint64_t row) const {
    return texts_.rows.empty() ? fmt::format("row {}", row) : texts_.rows.location(row);
  }
  std::string text(uint64_t row, size_t column, size_t max_bytes) const {
    return shortened(texts_.rows.text(row, texts_.column_names[column]).value_or(""), max_bytes);
  }

 private:
  void check_widths(int64_t width) const {
    for (const int64_t wanted : options_.widths) {
      if (wanted <= width) continue;
      throw Error(ErrorKind::kUsage,
                  fmt::format("matryoshka_dims has {}, but the vectors have {} values", wanted, width),
                  fmt::format("give widths up to {}", width));
    }
  }

  ContrastiveTexts texts_;
  ContrastiveOptions options_;
  const ContrastiveLoss& loss_;
  const SentenceHeadOf& head_;
  std::vector<std::vector<uint64_t>> numbers_;  // of the texts of each column
};

class ContrastiveEvaluation final : public Evaluation {
 public:
  explicit ContrastiveEvaluation(const ContrastiveRows& rows) : rows_(rows), pairs_(1) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    std::vector<at::Tensor> columns;
    for (size_t column = 0; column < rows_.num_columns(); ++column) {
      const Features& features = rows_.texts().columns[std::min(column, rows_.texts().columns.size() - 1)];
      columns.push_back(rows_.vectors(model, features, rows, {}));
    }
    const at::Tensor first = model::with_length_one(columns[0]), second = model::with_length_one(columns[1]);
    const at::Tensor cosines = (first * second).sum(1).to(at::kCPU).contiguous();
    const float* const values = cosines.const_data_ptr<float>();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!std::isfinite(values[i])) {
        nonfinite_.add(rows[i]);
      } else if (rows_.has_scores()) {
        pairs_.add({values + i, 1}, {&rows_.texts().scores[rows[i]], 1});
      }
    }
    if (!rows_.has_scores()) {
      first_.push_back(first.to(at::kCPU));
      second_.push_back(second.to(at::kCPU));
    }
    loss_sum_ += rows_.loss_sum(std::move(columns), rows).item<double>();
    num_rows_ += rows.size();
  }

  metric::Report report() const override {
    metric::Report report =
        rows_.has_scores() ? metric::scored_pair_report(pairs_) : metric::pair_report(num_right(), num_rows_);
    report.loss = num_rows_ == 0 ? 0 : loss_sum_ / static_cast<double>(num_rows_);
    report.num_rows = report.num_targets = num_rows_;
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    return report;
  }

 private:
  // Pairs whose second text is the nearest one to the first.
  uint64_t num_right() const {
    if (first_.empty()) return 0;
    const at::Tensor first = at::cat(first_), second = at::cat(second_).t();
    uint64_t count = 0;
    for (int64_t begin = 0; begin < first.size(0); begin += kComparedPairs) {
      const int64_t size = std::min(kComparedPairs, first.size(0) - begin);
      const at::Tensor best = at::argmax(at::matmul(first.narrow(0, begin, size), second), 1);
      const int64_t* const places = best.const_data_ptr<int64_t>();
      for (int64_t i = 0; i < size; ++i) count += places[i] == begin + i ? 1 : 0;
    }
    return count;
  }

  const ContrastiveRows& rows_;
  metric::RegressionPairs pairs_;
  std::vector<at::Tensor> first_, second_;
  metric::NonfiniteRows nonfinite_;
  double loss_sum_ = 0;
  uint64_t num_rows_ = 0;
};

class ContrastiveExamples final : public Examples {
 public:
  ContrastiveExamples(ContrastiveTexts texts, ContrastiveOptions options, const SentenceHeadOf& head)
      : rows_(std::move(texts), std::move(options), head) {}

  uint64_t size() const override { return rows_.texts().columns.front().size(); }
  uint64_t length(uint64_t row) const override {
    uint64_t sum = 0;
    for (const Features& column : rows_.texts().columns) sum += column.length(row);
    return rows_.texts().columns.size() == 1 ? 2 * sum : sum;  // a single text is read twice
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    check_batch(rows, context);
    std::vector<at::Tensor> columns;
    for (size_t column = 0; column < rows_.num_columns(); ++column) {
      columns.push_back(rows_.trained_vectors(model, column, rows, context));
    }
    return rows_.loss_sum(std::move(columns), rows);
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions&) const override {
    return std::make_unique<ContrastiveEvaluation>(rows_);
  }
  bool bounds_outputs() const override { return true; }

  std::string location(uint64_t row) const override { return rows_.location(row); }
  Json describe(uint64_t row) const override {
    Json json = {{"location", location(row)}, {"text", rows_.text(row, 0, kDescribedBytes)}};
    if (rows_.texts().columns.size() > 1) json["text_pair"] = rows_.text(row, 1, kDescribedBytes);
    return json;
  }
  std::string preview(uint64_t row) const override {
    std::string line = rows_.has_scores() ? fmt::format("{} ", rows_.texts().scores[row]) : "";
    for (size_t column = 0; column < rows_.texts().columns.size(); ++column) {
      std::string text = rows_.text(row, column, kShownTextBytes);
      std::ranges::replace(text, '\n', ' ');
      line += fmt::format("{}\"{}\"", column == 0 ? "" : " | ", text);
    }
    return line;
  }
  std::string target_counts() const override {
    const std::vector<double>& scores = rows_.texts().scores;
    if (scores.empty())
      return fmt::format("{} ({})", counted(size(), "row"), fmt::join(rows_.texts().column_names, ", "));
    const auto [low, high] = std::ranges::minmax_element(scores);
    return fmt::format("scores {:.6g} to {:.6g}", *low, *high);
  }
  std::vector<std::string> findings() const override {
    std::vector<std::string> all;
    for (const Features& column : rows_.texts().columns) {
      for (std::string& finding : text_findings(column, rows_.texts().max_length, rows_.texts().num_special_tokens)) {
        if (std::ranges::find(all, finding) == all.end()) all.push_back(std::move(finding));
      }
    }
    return all;
  }
  std::vector<std::string> input_notes() const override {
    std::vector<std::string> notes;
    for (size_t i = 0; i < rows_.texts().columns.size(); ++i) {
      const Features& column = rows_.texts().columns[i];
      const std::string note = truncation_note(column.num_cut_rows, column.size(), rows_.texts().max_length);
      if (!note.empty()) notes.push_back(fmt::format("{}: {}", rows_.texts().column_names[i], note));
    }
    return notes;
  }
  std::vector<Sample> samples() const override { return {}; }

 private:
  // The last batch of an epoch may have one row, whose loss is then 0.
  void check_batch(std::span<const uint64_t> rows, const nn::ForwardContext& context) const {
    const bool needs_others = !rows_.loss().needs_scores && rows_.texts().columns.size() < 3;
    if (!needs_others || rows.size() > 1 || context.step > 0 || !context.training) return;
    throw Error(ErrorKind::kUsage, "a batch of one row has no negatives: they are the texts of its other rows",
                "raise --per-device-train-batch-size to 2 or more; larger batches learn better");
  }

  ContrastiveRows rows_;
};

}  // namespace

const model::SentenceHead& SentenceHeadOf::head(const model::Model& model) const {
  const std::lock_guard lock(mutex_);
  if (!head_) {
    head_ = std::make_unique<model::SentenceHead>(config_, model.width());
    head_->to(model.word_embedding().device());
  }
  return *head_;
}

std::unique_ptr<Examples> make_examples(ContrastiveTexts texts, ContrastiveOptions options,
                                        const SentenceHeadOf& head) {
  return std::make_unique<ContrastiveExamples>(std::move(texts), std::move(options), head);
}

}  // namespace hone::task
