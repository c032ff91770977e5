#include "task/regression.h"

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
#include "metric/regression.h"
#include "table/numbers.h"
#include "task/number_answers.h"
#include "task/regression_examples.h"
#include "task/row_findings.h"

namespace hone::task {

namespace {

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

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    return row_text_findings(rows, columns_);
  }

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

}  // namespace hone::task
