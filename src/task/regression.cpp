#include "task/regression.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/huber_loss.h>
#include <ATen/ops/l1_loss.h>
#include <ATen/ops/mse_loss.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/label_names.h"
#include "base/log.h"
#include "base/names.h"
#include "metric/regression.h"
#include "metric/worst_rows.h"
#include "table/numbers.h"
#include "task/names.h"
#include "task/number_answers.h"
#include "task/score_functions.h"
#include "tensor/compute.h"

namespace hone::task {

namespace {

// The losses of torch.nn: sums over all elements. `outputs` and `targets` [B, K] float.
struct LossFunction {
  std::string_view name, doc;
  at::Tensor (*sum)(const at::Tensor& outputs, const at::Tensor& targets);
};

at::Tensor squared(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::mse_loss(outputs, targets, at::Reduction::Sum);
}

at::Tensor absolute(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::l1_loss(outputs, targets, at::Reduction::Sum);
}

at::Tensor huber(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::huber_loss(outputs, targets, at::Reduction::Sum);
}

constexpr LossFunction kLosses[] = {{"mse", "squared errors", squared},
                                    {"mae", "absolute errors", absolute},
                                    {"huber", "squared errors up to 1, absolute ones beyond", huber}};
static_assert(has_names(kLosses, kRegressionLossNames), "kRegressionLossNames and the table differ");

struct Targets {
  std::vector<double> values;  // [rows, K]
  std::vector<std::string> names;
  const LossFunction& loss;
  std::optional<model::OutputScale> scale = {};  // the model's outputs are standardized targets

  size_t width() const { return names.size(); }
  std::span<const double> row(uint64_t row) const { return std::span(values).subspan(row * width(), width()); }

  at::Tensor loss_sum(const at::Tensor& outputs, std::span<const uint64_t> rows) const {
    const at::Tensor of_rows =
        at::empty({static_cast<int64_t>(rows.size()), static_cast<int64_t>(width())}, at::kFloat);
    float* next = of_rows.mutable_data_ptr<float>();
    for (const uint64_t row : rows) {
      for (size_t k = 0; k < width(); ++k) *next++ = static_cast<float>(standardized(this->row(row)[k], k));
    }
    return loss.sum(outputs, tensor::on_device(of_rows, outputs.device()));
  }

  double standardized(double value, size_t k) const {
    return scale ? (value - scale->shift[k]) / scale->scale[k] : value;
  }
  float restored(float output, size_t k) const {
    return scale ? static_cast<float>(output * scale->scale[k] + scale->shift[k]) : output;
  }
};

// A row and its largest error.
struct BadRow {
  uint64_t row = 0;
  double loss = 0;  // the mean of the squared errors of its targets
  std::vector<double> predicted;
};

class RegressionEvaluation final : public Evaluation {
 public:
  RegressionEvaluation(const TextRows& texts, const Targets& targets, size_t num_worst)
      : texts_(texts), targets_(targets), pairs_(targets.width()), worst_(num_worst) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    const at::Tensor outputs = row_outputs(model, texts_.features, rows, {});
    const at::Tensor on_cpu = outputs.to(at::kCPU, at::kFloat).contiguous();
    const std::span<const float> values(on_cpu.const_data_ptr<float>(), rows.size() * targets_.width());
    for (size_t i = 0; i < rows.size(); ++i) {
      add_prediction(rows[i], values.subspan(i * targets_.width(), targets_.width()));
    }
    loss_sum_ += targets_.loss_sum(outputs, rows).item<double>();
    num_rows_ += rows.size();
  }

  metric::Report report() const override {
    metric::Report report = metric::regression_report(pairs_, targets_.names);
    report.num_rows = num_rows_;
    report.num_targets = num_rows_ * targets_.width();
    report.loss = num_rows_ == 0 ? 0 : loss_sum_ / static_cast<double>(report.num_targets);
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    if (worst_.keeps_any()) report.panels.push_back({"rows", "worst", "Largest errors", worst_json()});
    return report;
  }

  metric::Resampler resampler() const override { return metric::regression_resampler(pairs_); }

 private:
  void add_prediction(uint64_t row, std::span<const float> outputs) {
    if (first_nonfinite_row(outputs, outputs.size())) return nonfinite_.add(row);
    std::vector<float> predicted(outputs.size());
    for (size_t k = 0; k < outputs.size(); ++k) predicted[k] = targets_.restored(outputs[k], k);
    const std::span<const double> targets = targets_.row(row);
    pairs_.add(predicted, targets);
    if (!worst_.keeps_any()) return;
    double sum = 0;
    for (size_t k = 0; k < targets.size(); ++k) sum += (predicted[k] - targets[k]) * (predicted[k] - targets[k]);
    worst_.add({row, sum / static_cast<double>(targets.size()), {predicted.begin(), predicted.end()}});
  }

  // One number, or a list of them if there are several targets.
  static Json numbers(std::span<const double> values) {
    return values.size() == 1 ? Json(values[0]) : Json(std::vector<double>(values.begin(), values.end()));
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const BadRow& bad : worst_.sorted()) {
      Json item = {{"row", bad.row}};
      item.update(texts_.described(bad.row));
      item["label"] = numbers(targets_.row(bad.row));
      item["predicted"] = numbers(bad.predicted);
      item["loss"] = metric::finite_or_null(bad.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const TextRows& texts_;
  const Targets& targets_;
  metric::RegressionPairs pairs_;
  metric::WorstRows<BadRow> worst_;
  metric::NonfiniteRows nonfinite_;
  double loss_sum_ = 0;
  uint64_t num_rows_ = 0;
};

class RegressionExamples final : public TextExamples {
 public:
  explicit RegressionExamples(RatedTexts rows)
      : TextExamples(std::move(rows.texts)),
        targets_{std::move(rows.targets), std::move(rows.names), find_row(kLosses, "regression_loss", rows.loss),
                 std::move(rows.scale)} {
    check_internal(targets_.values.size() == size() * targets_.width(), "each row has its targets");
  }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return rows.size() * targets_.width();
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    return targets_.loss_sum(row_outputs(model, texts().features, rows, context), rows);
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const override {
    return std::make_unique<RegressionEvaluation>(texts(), targets_, options.num_worst);
  }
  std::string preview(uint64_t row) const override {
    return fmt::format("{} {}", fmt::join(targets_.row(row), ", "), texts().shown(row));
  }
  // "score 0 to 5, mean 2.7".
  std::string target_counts() const override {
    std::string text;
    for (size_t target = 0; target < targets_.width(); ++target) {
      double low = INFINITY, high = -INFINITY, sum = 0;
      for (uint64_t row = 0; row < size(); ++row) {
        const double value = targets_.row(row)[target];
        low = std::min(low, value);
        high = std::max(high, value);
        sum += value;
      }
      text += fmt::format("{}{} {:.6g} to {:.6g}, mean {:.4g}", text.empty() ? "" : "; ", targets_.names[target], low,
                          high, sum / static_cast<double>(std::max<uint64_t>(1, size())));
    }
    return text;
  }

 private:
  Targets targets_;
};

// The lowest and the highest value of each target.
class TargetRanges {
 public:
  void add(const std::vector<double>& values) {
    if (num_rows_++ == 0) ranges_.assign(values.size(), {INFINITY, -INFINITY});
    for (size_t k = 0; k < values.size(); ++k) {
      ranges_[k] = {std::min(ranges_[k].first, values[k]), std::max(ranges_[k].second, values[k])};
    }
  }

  uint64_t num_rows() const { return num_rows_; }
  const std::vector<std::pair<double, double>>& ranges() const { return ranges_; }

 private:
  uint64_t num_rows_ = 0;
  std::vector<std::pair<double, double>> ranges_;
};

// [{"low", "high"}, ...] of [[low, high], ...], or null if the value is not the ranges of so many targets.
Json known_ranges(const Json& value, size_t num_targets) {
  if (!value.is_array() || value.size() != num_targets) return nullptr;
  Json ranges = Json::array();
  for (const Json& range : value) {
    const bool fits = range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number() &&
                      range[0].get<double>() < range[1].get<double>();
    if (!fits) return nullptr;
    ranges.push_back({{"low", range[0]}, {"high", range[1]}});
  }
  return ranges;
}

class Regression final : public Task {
 public:
  Regression(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options), purpose_(purpose) {
    if (purpose != Purpose::kUseTrained) return;
    names_ = config.labels();
    ranges_json_ = known_ranges(config.own(model::kTargetRangesKey), names_.size());
  }

  std::span<const metric::Metric> metrics() const override { return metric::regression_metrics(); }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_text_columns(first, options_.rows.text_column, options_.rows.text_pair_column);
    choose_targets(first);
    skip_rows_without_text(splits, columns_, options_.rows.strict);
    TargetRanges seen;
    for (table::LabelledSplit& split : splits) {
      const table::NumberReader reader(split.rows, target_columns_);
      const bool is_first = &split == splits.data();
      split.rows = kept_rows(
          table::rows_without_problem(split.rows, "a target", options_.rows.strict, [&](uint64_t row) -> std::string {
            const table::RowNumbers targets = reader.read(row);
            if (is_first && targets.problem.empty()) seen.add(targets.values);
            return targets.problem;
          }));
    }
    if (purpose_ != Purpose::kTrain) return;
    check_spread(seen);
    ranges_ = seen.ranges();
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }

  void settle_loss(const table::Rows& train) override {
    if (options_.standardize) scale_ = scale_of(targets_of(train));
  }

  std::vector<std::string> findings(const TrainingRows&) const override { return {}; }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    return make_examples(RatedTexts{.texts = read_text_rows(rows, columns_, what, options),
                                    .targets = targets_of(rows),
                                    .names = target_columns_,
                                    .loss = options_.regression_loss,
                                    .scale = scale_});
  }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(names_);
    config.set_problem_type("regression");
    config.set_own(model::kTargetRangesKey, ranges_.empty() ? Json() : Json(ranges_));
    config.set_output_scale(scale_);
  }

  Json facts() const override { return {{"labels", names_}}; }
  std::string card_phrase() const override { return fmt::format("to predict: {}", fmt::join(target_columns_, ", ")); }

  std::unique_ptr<Answer> answer(const Question&, const Outputs& outputs, const AnswerOptions&) const override {
    return number_answer(names_, outputs);
  }
  Json answer_facts() const override { return {{"labels", names_}, {"ranges", ranges_json_}}; }
  std::vector<std::string> answer_members() const override { return number_answer_members(names_); }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return number_answer_columns(names_); }
  bool can_explain() const override { return names_.size() == 1; }
  std::unique_ptr<FollowedScore> followed(const ExplainOptions& options, const Question& question) const override {
    return can_explain() ? followed_number() : Task::followed(options, question);
  }

 private:
  // As transformers names them: LABEL_0 for a single target, else the columns.
  void choose_targets(const table::Rows& rows) {
    target_columns_ = options_.rows.target_columns;
    if (target_columns_.empty()) target_columns_ = {table::choose_label_column(rows, options_.rows.label_column)};
    for (std::string& name : target_columns_) name = rows.column(name).name();
    if (purpose_ == Purpose::kUseTrained) {
      if (names_.size() == target_columns_.size()) return match_target_columns();
      throw Error(ErrorKind::kInput,
                  fmt::format("the model predicts {}, the rows have {}", counted(names_.size(), "number"),
                              counted(target_columns_.size(), "target column")),
                  "name the columns with --target-columns, in the order of the training");
    }
    names_ = target_columns_.size() == 1 ? default_labels(1) : target_columns_;
  }

  // Columns with the names of the trained targets are read in the order of the training.
  void match_target_columns() {
    if (std::ranges::is_permutation(target_columns_, names_)) {
      target_columns_ = names_;
    } else if (names_.size() > 1) {
      log_warning("the columns {} are compared with the model's {}, in this order", fmt::join(target_columns_, ", "),
                  fmt::join(names_, ", "));
    }
  }

  std::vector<double> targets_of(const table::Rows& rows) const {  // [rows, K]
    const table::NumberReader reader(rows, target_columns_);
    std::vector<double> all;
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const std::vector<double> targets = reader.read(row).values;
      all.insert(all.end(), targets.begin(), targets.end());
    }
    return all;
  }

  // Scale: the standard deviation of each target (1 if it is constant); shift: its mean.
  model::OutputScale scale_of(const std::vector<double>& targets) const {
    const size_t width = target_columns_.size();
    const double num_rows = static_cast<double>(targets.size()) / static_cast<double>(width);
    std::vector<double> means(width), variances(width);
    for (size_t at = 0; at < targets.size(); ++at) means[at % width] += targets[at] / num_rows;
    for (size_t at = 0; at < targets.size(); ++at) {
      const double difference = targets[at] - means[at % width];
      variances[at % width] += difference * difference / num_rows;
    }
    constexpr double kRounding = 1e-9;
    for (size_t k = 0; k < width; ++k) {
      const double deviation = std::sqrt(variances[k]);
      variances[k] = deviation > kRounding * std::abs(means[k]) ? deviation : 1;
    }
    return {std::move(variances), std::move(means)};
  }

  // A target that never changes cannot be learned, and correlations with it are undefined.
  void check_spread(const TargetRanges& seen) const {
    if (seen.num_rows() < 2) return;
    for (size_t k = 0; k < target_columns_.size(); ++k) {
      const auto& [low, high] = seen.ranges()[k];
      if (low < high) continue;
      throw Error(ErrorKind::kInput,
                  fmt::format("all {} have the same value {} in \"{}\"", counted(seen.num_rows(), "training row"), low,
                              target_columns_[k]),
                  "there is nothing to learn; check --label-column and the rows");
    }
  }

  TaskOptions options_;
  Purpose purpose_;
  table::TextColumns columns_;
  std::vector<std::string> target_columns_, names_;
  std::vector<std::pair<double, double>> ranges_;  // of the training rows
  std::optional<model::OutputScale> scale_;        // of a training on standardized targets
  Json ranges_json_;                               // of a trained model
};

}  // namespace

std::unique_ptr<Task> make_regression(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  return std::make_unique<Regression>(options, config, purpose);
}

std::unique_ptr<Examples> make_examples(RatedTexts rows) {
  return std::make_unique<RegressionExamples>(std::move(rows));
}

}  // namespace hone::task
