#include "task/multi_label.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "metric/multi_label.h"
#include "table/label_sets.h"
#include "task/class_weights.h"
#include "task/label_answers.h"
#include "task/multi_label_examples.h"
#include "task/row_findings.h"

namespace hone::task {

namespace {

// As they are written: 0.35f is 0.35.
std::vector<double> as_doubles(const std::vector<float>& values) {
  std::vector<double> result;
  for (const float value : values) result.push_back(shortest_double(value));
  return result;
}

class MultiLabel final : public Task {
 public:
  MultiLabel(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options), purpose_(purpose) {
    if (purpose == Purpose::kUseTrained) {
      names_ = config.labels();
      weights_ = config.class_weights();
      const std::vector<double> chosen = config.thresholds();
      thresholds_.assign(chosen.begin(), chosen.end());
      scoring_ = {
          .labels = names_,
          .function = "sigmoid",
          .thresholds = thresholds_.empty() ? std::vector<float>(names_.size(), kDefaultThreshold) : thresholds_,
          .separator = options.rows.label_separator};
    } else if (!options.id2label.empty()) {
      names_ = table::label_names_of_option(options.id2label);
    }
  }

  std::span<const metric::Metric> metrics() const override { return metric::multi_label_metrics(); }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_text_columns(first, options_.rows.text_column, options_.rows.text_pair_column);
    choose_label_columns(first);
    skip_rows_without_text(splits, columns_, options_.rows.strict);
    std::vector<table::LabelSets> labels, others;
    for (const table::LabelledSplit& split : splits) {
      (split.decides_labels ? labels : others).emplace_back(split.rows, label_columns_);
    }
    if (names_.empty()) names_ = label_columns_.are_flags ? label_columns_.names : label_names(labels, label_columns_);
    check_names(first);
    size_t next = 0, next_other = 0;
    for (table::LabelledSplit& split : splits) {
      const table::LabelSets& own = split.decides_labels ? labels[next++] : others[next_other++];
      // Unknown labels of the others are errors when their examples are made.
      const std::vector<uint8_t> truth = split.decides_labels ? own.flags(names_) : std::vector<uint8_t>();
      split.rows = kept_rows(with_labels(split.rows, own));
      if (&split == &splits.front() && purpose_ == Purpose::kTrain) check_some_label(split.rows, truth);
    }
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }

  void settle_loss(const table::Rows& train) override {
    if (options_.class_weights.empty()) return;
    const std::vector<uint8_t> truth = table::LabelSets(train, label_columns_).flags(names_);
    weights_ = noted_class_weights(options_.class_weights, names_,
                                   balanced_labels(rows_of_labels(truth, names_.size()), train.size()));
  }

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    return row_text_findings(rows, columns_);
  }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    return make_examples(TaggedTexts{.texts = read_text_rows(rows, columns_, what, options),
                                     .truth = table::LabelSets(rows, label_columns_).flags(names_),
                                     .names = names_,
                                     .weights = weights_,
                                     .thresholds = thresholds_});
  }

  void take_calibration(const Calibration& calibration) override { thresholds_ = calibration.thresholds; }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(names_);
    config.set_problem_type("multi_label_classification");
    config.set_class_weights(weights_);
    config.set_thresholds(as_doubles(thresholds_));
  }

  Json facts() const override { return {{"labels", names_}}; }
  std::string card_phrase() const override { return fmt::format("for the labels: {}", fmt::join(names_, ", ")); }

  std::unique_ptr<Answer> answer(const Question&, const Outputs& outputs, const AnswerOptions& options) const override {
    return label_answer(scoring_, outputs, options);
  }
  std::vector<std::string> answer_members() const override { return label_answer_members(scoring_); }
  std::vector<std::string> answer_columns(const AnswerOptions& options) const override {
    return label_answer_columns(scoring_, options);
  }
  Json answer_facts() const override {
    return {
        {"labels", names_}, {"function_to_apply", scoring_.function}, {"thresholds", as_doubles(scoring_.thresholds)}};
  }
  bool can_explain() const override { return true; }
  std::unique_ptr<FollowedScore> followed(const ExplainOptions& options, const Question&) const override {
    return followed_label(scoring_, options.label);
  }

 private:
  void choose_label_columns(const table::Rows& rows) {
    label_columns_ = {.names = options_.rows.target_columns, .separator = options_.rows.label_separator};
    label_columns_.are_flags = !label_columns_.names.empty();
    if (!label_columns_.are_flags)
      label_columns_.names = {table::choose_label_column(rows, options_.rows.label_column)};
    for (std::string& name : label_columns_.names) name = rows.column(name).name();
    if (label_columns_.are_flags) check_flag_columns();
    if (!label_columns_.separator.empty()) return;
    throw Error(ErrorKind::kUsage, "--label-separator is empty", "give the text between two labels, such as \",\"");
  }

  // Each label has one column; those of a trained model are all there, because a label without a column would count as
  // absent from every row.
  void check_flag_columns() const {
    std::vector<std::string> columns = label_columns_.names, labels = names_;
    std::ranges::sort(columns);
    const auto repeated = std::ranges::adjacent_find(columns);
    if (repeated != columns.end()) {
      throw Error(ErrorKind::kUsage, fmt::format("--target-columns has \"{}\" twice", *repeated),
                  "give each column once");
    }
    std::ranges::sort(labels);
    if (purpose_ == Purpose::kTrain || columns == labels) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("--target-columns has {}, but the labels of the model are {}",
                            fmt::join(label_columns_.names, ", "), fmt::join(names_, ", ")),
                "name the column of each label; the order does not matter");
  }

  // A name that contains the separator would be read as several labels.
  void check_names(const table::Rows& rows) const {
    const bool holds_text = rows.column(label_columns_.names.front()).type() != table::ColumnType::kNested;
    if (label_columns_.are_flags || !holds_text) return;
    const auto found = std::ranges::find_if(
        names_, [&](const std::string& name) { return name.find(label_columns_.separator) != std::string::npos; });
    if (found == names_.end()) return;
    throw Error(ErrorKind::kInput,
                fmt::format("the label \"{}\" contains the separator \"{}\"", *found, label_columns_.separator),
                "give another --label-separator, or write the labels as a JSON list");
  }

  table::Complete with_labels(const table::Rows& rows, const table::LabelSets& labels) const {
    return table::rows_without_problem(rows, "labels", options_.rows.strict, [&](uint64_t row) -> std::string {
      return labels.is_missing(row) ? "the labels are null; an empty list means that a row has no label" : "";
    });
  }

  static void check_some_label(const table::Rows& rows, const std::vector<uint8_t>& truth) {
    if (rows.empty() || std::ranges::find(truth, 1) != truth.end()) return;
    throw Error(ErrorKind::kInput, fmt::format("none of {} has a label", counted(rows.size(), "training row")),
                "there is nothing to learn; check --label-column, --target-columns and the rows");
  }

  TaskOptions options_;
  Purpose purpose_;
  table::TextColumns columns_;
  table::LabelSetColumns label_columns_;
  std::vector<std::string> names_;  // of the labels, by id
  std::vector<double> weights_;     // pos_weight of each label; empty: all are 1
  std::vector<float> thresholds_;   // of the labels' scores; empty: all are 0.5
  LabelScoring scoring_;            // of a trained model
};

}  // namespace

std::unique_ptr<Task> make_multi_label(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  return std::make_unique<MultiLabel>(options, config, purpose);
}

}  // namespace hone::task
