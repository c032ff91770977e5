#include "task/text_classification.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "metric/calibration.h"
#include "metric/classification.h"
#include "metric/classification_report.h"
#include "metric/worst_rows.h"
#include "task/class_weights.h"
#include "task/label_answers.h"
#include "task/row_findings.h"
#include "task/row_margins.h"
#include "task/score_functions.h"

namespace hone::task {

namespace {

// The targets of the rows that the examples and their evaluations share.
struct ClassTargets {
  std::vector<int64_t> labels;
  std::vector<std::string> names;
  ClassLoss loss;

  std::vector<int64_t> of_rows(std::span<const uint64_t> rows) const {
    std::vector<int64_t> classes;
    classes.reserve(rows.size());
    for (const uint64_t row : rows) classes.push_back(labels[row]);
    return classes;
  }
  at::Tensor loss_sum(const at::Tensor& logits, std::span<const uint64_t> rows) const {
    return loss.sum(logits, of_rows(rows));
  }
  double total_weight(std::span<const uint64_t> rows) const { return loss.total_weight(of_rows(rows)); }
};

class ClassificationEvaluation final : public TextEvaluation {
 public:
  ClassificationEvaluation(const TextRows& texts, const ClassTargets& targets, const EvaluationOptions& options)
      : TextEvaluation(texts),
        targets_(targets),
        keeps_logits_(options.for_calibration),
        scores_(static_cast<int64_t>(targets.names.size())),
        worst_(options.num_worst) {}

  metric::Resampler resampler() const override { return metric::classification_resampler(scores_); }
  std::vector<bool> right_rows() const override {
    std::vector<bool> right(scores_.num_rows());
    for (size_t row = 0; row < right.size(); ++row) right[row] = scores_.is_right(row);
    return right;
  }

  Calibration calibration(std::string_view) const override {
    const std::optional<double> temperature = metric::best_temperature(logits_, labels_);
    if (!temperature) {
      return {.problem = fmt::format("{} of {} are predicted right, which is too few mistakes or too many",
                                     scores_.confusion().correct(), counted(labels_.size(), "row"))};
    }
    Calibration chosen{.temperature = *temperature};
    metric::ClassScores scaled(scores_.num_labels(), 0);
    const size_t width = targets_.names.size();
    for (size_t row = 0; row < labels_.size(); ++row) {
      std::vector<float> logits(logits_.begin() + row * width, logits_.begin() + (row + 1) * width);
      for (float& logit : logits) logit = static_cast<float>(logit / chosen.temperature);
      const int64_t predicted = std::ranges::max_element(logits) - logits.begin();
      scaled.add(metric::softmax(logits), labels_[row], predicted);
    }
    const metric::ProbabilityMeans before = scores_.means(), after = scaled.means();
    chosen.summary = fmt::format(
        "temperature {:.4g}: log_loss {:.4f} -> {:.4f}, expected calibration error {:.4f} -> {:.4f}",
        chosen.temperature, before.log_loss, after.log_loss, before.calibration_error, after.calibration_error);
    return chosen;
  }

 private:
  metric::Report measured() const override { return metric::classification_report(scores_, targets_.names); }
  at::Tensor loss_sum(const at::Tensor& logits, std::span<const uint64_t> rows) const override {
    return targets_.loss_sum(logits, rows);
  }
  double total_weight(std::span<const uint64_t> rows) const override { return targets_.total_weight(rows); }
  uint64_t targets_per_row() const override { return 1; }
  std::optional<metric::Panel> worst_panel() const override {
    if (!worst_.keeps_any()) return std::nullopt;
    return metric::Panel{"rows", "worst", "Worst mistakes", worst_json()};
  }

  void add_prediction(uint64_t row, std::span<const float> logits) override {
    const int64_t label = targets_.labels[row];
    const int64_t predicted = std::max_element(logits.begin(), logits.end()) - logits.begin();
    scores_.add(metric::softmax(logits), label, predicted);
    if (keeps_logits_) {
      logits_.insert(logits_.end(), logits.begin(), logits.end());
      labels_.push_back(label);
    }
    if (label != predicted && worst_.keeps_any()) worst_.add(metric::make_mistake(row, logits, label, predicted));
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const metric::Mistake& mistake : worst_.sorted()) {
      Json item = {{"row", mistake.row}};
      item.update(texts().described(mistake.row));
      item["label"] = targets_.names[static_cast<size_t>(mistake.label)];
      item["predicted"] = targets_.names[static_cast<size_t>(mistake.predicted)];
      item["score"] = metric::finite_or_null(mistake.score);
      item["loss"] = metric::finite_or_null(mistake.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const ClassTargets& targets_;
  bool keeps_logits_;
  std::vector<float> logits_;  // [rows, K]
  std::vector<int64_t> labels_;
  metric::ClassScores scores_;
  metric::WorstRows<metric::Mistake> worst_;
};

class ClassificationExamples final : public TextExamples {
 public:
  explicit ClassificationExamples(ClassifiedTexts rows)
      : TextExamples(std::move(rows.texts)),
        targets_{std::move(rows.labels), std::move(rows.names), std::move(rows.loss)} {
    check_internal(targets_.labels.size() == size(), "each row has a label");
  }

  double total_weight(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return targets_.total_weight(rows);
  }

  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    const at::Tensor logits = row_outputs(model, texts().features, rows, context);
    if (margins_ != nullptr) margins_->add(logits, rows, targets_.of_rows(rows));
    return targets_.loss_sum(logits, rows);
  }

  bool record_margins(RowMargins* margins) override {
    margins_ = margins;
    if (margins != nullptr) margins->resize(size());
    return true;
  }

  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const override {
    return std::make_unique<ClassificationEvaluation>(texts(), targets_, options);
  }

  std::string preview(uint64_t row) const override {
    return fmt::format("{} {}", targets_.names[static_cast<size_t>(targets_.labels[row])], texts().shown(row));
  }

  std::string target_counts() const override { return described_counts(targets_.names, rows_of_labels()); }

  std::vector<std::string> findings() const override {
    std::vector<std::string> notes = TextExamples::findings();
    if (auto note = missing_labels(targets_.names, rows_of_labels()); !note.empty()) {
      notes.push_back(note +
                      ". Often the rows are sorted by label: --shuffle-seed 42 shuffles them before "
                      "--max-train-samples applies");
    }
    return notes;
  }

  std::vector<Sample> samples() const override {
    if (texts().rows.empty()) return {};
    return choose_samples(texts().rows, texts().columns, targets_.labels, targets_.names);
  }

 private:
  std::vector<uint64_t> rows_of_labels() const {
    std::vector<uint64_t> counts(targets_.names.size());
    for (const int64_t label : targets_.labels) ++counts[static_cast<size_t>(label)];
    return counts;
  }

  ClassTargets targets_;
  RowMargins* margins_ = nullptr;  // where loss() adds them
};

// True if all rows have the class of the first one.
bool have_one_class(const table::Rows& rows, const table::LabelReader& reader) {
  const int64_t first = reader.id_at(0);
  for (uint64_t row = 1; row < rows.size(); ++row) {
    if (reader.read(row).id != first) return false;
  }
  return true;
}

table::LabelSources label_sources(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  if (purpose == Purpose::kUseTrained) return {.names = config.labels()};
  table::LabelSources sources{.model_names = config.labels(), .num_labels = options.num_labels};
  if (!options.id2label.empty()) sources.names = table::label_names_of_option(options.id2label);
  return sources;
}

class TextClassification final : public Task {
 public:
  TextClassification(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose,
                     std::shared_ptr<ClassifierInput> input)
      : options_(options),
        purpose_(purpose),
        sources_(label_sources(options, config, purpose)),
        input_(std::move(input)) {
    if (purpose != Purpose::kUseTrained) return;
    set_names(config.labels());
    class_weights_ = config.class_weights();
    scoring_ = {.labels = names_,
                .function = std::string(default_score_function(config.problem_type(), config.num_labels()))};
  }

  std::span<const metric::Metric> metrics() const override { return metrics_; }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_text_columns(first, options_.rows.text_column, options_.rows.text_pair_column);
    label_column_ = table::choose_label_column(first, options_.rows.label_column);
    skip_rows_without_text(splits, columns_, options_.rows.strict);
    if (splits.front().rows.empty()) return;
    labels_ = table::LabelMap::decide(splits, label_column_, sources_);
    for (const std::string& note : labels_.notes()) log_info("{}", note);
    for (const std::string& warning : labels_.warnings()) log_warning("{}", warning);
    for (table::LabelledSplit& split : splits) {
      split.rows = kept_rows(table::rows_with_label(split.rows, label_column_, labels_, options_.rows.strict));
    }
    set_names(labels_.id2label());
    if (purpose_ == Purpose::kTrain) check_classes(splits.front().rows);
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return labels_.ids(rows, label_column_); }

  void settle_loss(const table::Rows& train) override {
    if (options_.class_weights.empty()) return;
    std::vector<uint64_t> counts(names_.size());
    for (const int64_t id : labels_.ids(train, label_column_)) ++counts[static_cast<size_t>(id)];
    class_weights_ = noted_class_weights(options_.class_weights, names_, balanced_classes(counts));
  }

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    return row_findings(rows, columns_, label_column_, labels_);
  }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    return make_examples({.texts = input_ ? input_->read_rows(rows, columns_, what, options)
                                          : read_text_rows(rows, columns_, what, options),
                          .labels = labels_.ids(rows, label_column_),
                          .names = names_,
                          .loss = {.label_smoothing = options_.label_smoothing,
                                   .focal_gamma = options_.focal_gamma,
                                   .weights = class_weights_}});
  }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(names_);
    config.set_problem_type("single_label_classification");
    config.set_class_weights(class_weights_);
  }

  Json facts() const override { return {{"labels", names_}}; }
  std::string card_phrase() const override { return fmt::format("for the labels: {}", fmt::join(names_, ", ")); }

  void use_model(const AskedModel& model) override {
    if (input_) input_->use_model(model);
  }
  std::vector<Outputs> outputs(const model::Model& model, std::span<const Question* const> questions) const override {
    return input_ ? input_->outputs(questions) : Task::outputs(model, questions);
  }
  bool bounds_outputs() const override { return input_ != nullptr; }
  std::vector<std::string> output_notes() const override {
    return input_ ? input_->notes() : std::vector<std::string>();
  }
  std::unique_ptr<Answer> answer(const Question&, const Outputs& outputs, const AnswerOptions& options) const override {
    return label_answer(scoring_, outputs, options);
  }
  std::vector<std::string> answer_members() const override { return label_answer_members(scoring_); }
  std::vector<std::string> answer_columns(const AnswerOptions& options) const override {
    return label_answer_columns(scoring_, options);
  }
  Json answer_facts() const override { return {{"labels", names_}, {"function_to_apply", scoring_.function}}; }
  bool can_explain() const override { return input_ == nullptr; }
  std::unique_ptr<FollowedScore> followed(const ExplainOptions& options, const Question&) const override {
    return followed_label(scoring_, options.label);
  }

 private:
  // Names that someone declared may be more than the rows show; classes made of the cells may not be one.
  void check_classes(const table::Rows& train) const {
    if (train.empty() || (labels_.is_declared() && labels_.size() > 1)) return;
    const table::LabelReader reader = labels_.reader(train, label_column_);
    if (labels_.size() > 1 && !have_one_class(train, reader)) return;
    throw Error(ErrorKind::kInput,
                fmt::format("all {} have the same label \"{}\"", counted(train.size(), "training row"),
                            labels_.id2label()[static_cast<size_t>(reader.id_at(0))]),
                "a classifier needs at least two classes; check --label-column and the rows");
  }

  void set_names(std::vector<std::string> names) {
    names_ = std::move(names);
    metrics_ = metric::classification_metrics(static_cast<int64_t>(names_.size()));
  }

  TaskOptions options_;
  Purpose purpose_;
  table::LabelSources sources_;
  table::TextColumns columns_;
  std::string label_column_;
  table::LabelMap labels_;          // decided by adopt()
  std::vector<std::string> names_;  // of the classes, by id
  std::vector<metric::Metric> metrics_;
  std::vector<double> class_weights_;       // by id; empty: all are 1
  LabelScoring scoring_;                    // of a trained model
  std::shared_ptr<ClassifierInput> input_;  // null: the model's head
};

}  // namespace

std::unique_ptr<Task> make_text_classification(const TaskOptions& options, const model::ModelConfig& config,
                                               Purpose purpose) {
  return make_classification(options, config, purpose, nullptr);
}

std::unique_ptr<Task> make_classification(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose,
                                          std::shared_ptr<ClassifierInput> input) {
  return std::make_unique<TextClassification>(options, config, purpose, std::move(input));
}

std::unique_ptr<Examples> make_examples(ClassifiedTexts rows) {
  return std::make_unique<ClassificationExamples>(std::move(rows));
}

}  // namespace hone::task
