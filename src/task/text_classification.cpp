#include "task/text_classification.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "metric/classification.h"
#include "metric/worst_rows.h"
#include "table/selection.h"
#include "task/row_findings.h"
#include "task/score_functions.h"
#include "task/vocabulary.h"
#include "tensor/compute.h"
#include "tensor/cross_entropy.h"

namespace hone::task {

namespace {

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

at::Tensor labels_of(const ClassifiedTexts& texts, std::span<const uint64_t> rows, at::Device device) {
  const at::Tensor labels = at::empty({static_cast<int64_t>(rows.size())}, at::kLong);
  int64_t* next = labels.mutable_data_ptr<int64_t>();
  for (const uint64_t row : rows) *next++ = texts.labels[row];
  return tensor::on_device(labels, device);
}

at::Tensor loss_sum(const ClassifiedTexts& texts, const at::Tensor& logits, std::span<const uint64_t> rows) {
  return tensor::cross_entropy(logits, labels_of(texts, rows, logits.device()),
                               {.label_smoothing = texts.label_smoothing});
}

std::string location_of(const table::Rows& rows, uint64_t row) {
  return rows.empty() ? fmt::format("row {}", row) : rows.location(row);
}

// A row for a reader, with long texts shortened.
Json described_row(const ClassifiedTexts& texts, uint64_t row) {
  constexpr size_t kMaxBytes = 4000;
  Json json = {{"location", location_of(texts.rows, row)}};
  if (texts.rows.empty()) return json;
  const auto text_of = [&](const std::string& column) {
    return shortened(texts.rows.text(row, column).value_or(""), kMaxBytes);
  };
  json["text"] = text_of(texts.columns.text);
  if (texts.columns.text_pair) json["text_pair"] = text_of(*texts.columns.text_pair);
  return json;
}

class ClassificationEvaluation final : public Evaluation {
 public:
  ClassificationEvaluation(const ClassifiedTexts& texts, size_t num_worst)
      : texts_(texts), confusion_(static_cast<int64_t>(texts.names.size())), worst_(num_worst) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    const at::Tensor logits = model.forward(make_batch(texts_.features, rows), {});
    const BatchLogits of_rows(logits);
    for (size_t i = 0; i < rows.size(); ++i) add_prediction(rows[i], of_rows.row(i));
    loss_sum_ += loss_sum(texts_, logits, rows).item<double>();
    num_rows_ += rows.size();
  }

  metric::Report report() const override {
    metric::Report report = metric::classification_report(confusion_, texts_.names);
    report.num_rows = report.num_targets = num_rows_;
    report.loss = num_rows_ == 0 ? 0 : loss_sum_ / static_cast<double>(num_rows_);
    report.num_nonfinite = nonfinite_.num_nonfinite;
    report.first_nonfinite = nonfinite_.first_nonfinite;
    report.spoil_if_nonfinite();
    if (worst_.keeps_any()) report.panels.push_back({"rows", "worst", "Worst mistakes", worst_json()});
    return report;
  }

 private:
  void add_prediction(uint64_t row, std::span<const float> logits) {
    if (first_nonfinite_row(logits, logits.size())) return nonfinite_.add_nonfinite(row);
    const int64_t label = texts_.labels[row];
    const int64_t predicted = std::max_element(logits.begin(), logits.end()) - logits.begin();
    confusion_.add(label, predicted);
    if (label != predicted && worst_.keeps_any()) worst_.add(metric::make_mistake(row, logits, label, predicted));
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const metric::Mistake& mistake : worst_.sorted()) {
      Json item = {{"row", mistake.row}};
      item.update(described_row(texts_, mistake.row));
      item["label"] = texts_.names[static_cast<size_t>(mistake.label)];
      item["predicted"] = texts_.names[static_cast<size_t>(mistake.predicted)];
      item["score"] = metric::finite_or_null(mistake.score);
      item["loss"] = metric::finite_or_null(mistake.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const ClassifiedTexts& texts_;
  metric::ConfusionMatrix confusion_;
  metric::WorstRows<metric::Mistake> worst_;
  metric::Report nonfinite_;  // the count of rows without a finite result
  double loss_sum_ = 0;
  uint64_t num_rows_ = 0;
};

class ClassificationExamples final : public Examples {
 public:
  explicit ClassificationExamples(ClassifiedTexts texts) : texts_(std::move(texts)) {
    check_internal(texts_.labels.size() == texts_.features.size(), "each row has a label");
  }

  uint64_t size() const override { return texts_.features.size(); }
  uint64_t length(uint64_t row) const override { return texts_.features.length(row); }

  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    return loss_sum(texts_, model.forward(make_batch(texts_.features, rows), context), rows);
  }

  std::unique_ptr<Evaluation> evaluation(size_t num_worst) const override {
    return std::make_unique<ClassificationEvaluation>(texts_, num_worst);
  }

  std::string location(uint64_t row) const override { return location_of(texts_.rows, row); }
  Json describe(uint64_t row) const override { return described_row(texts_, row); }

  std::string preview(uint64_t row) const override {
    constexpr size_t kMaxBytes = 50;
    std::string text =
        texts_.rows.empty() ? "" : shortened(texts_.rows.text(row, texts_.columns.text).value_or(""), kMaxBytes);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return fmt::format("{} \"{}\"", texts_.names[static_cast<size_t>(texts_.labels[row])], text);
  }

  std::string target_counts() const override {
    constexpr size_t kMaxLabels = 10;
    const std::vector<uint64_t> counts = rows_of_labels();
    std::string text;
    for (size_t id = 0; id < std::min(counts.size(), kMaxLabels); ++id) {
      text += fmt::format("{}{} ({})", id == 0 ? "" : ", ", texts_.names[id], counts[id]);
    }
    return counts.size() > kMaxLabels ? fmt::format("{} and {} more", text, counts.size() - kMaxLabels) : text;
  }

  std::vector<std::string> findings() const override {
    std::vector<std::string> notes = text_findings(texts_.features, texts_.max_length, texts_.num_special_tokens);
    if (auto note = missing_labels(); !note.empty()) notes.push_back(std::move(note));
    return notes;
  }

  std::vector<std::string> input_notes() const override {
    const Features& features = texts_.features;
    std::string note = truncation_note(features.num_cut_rows, features.size(), texts_.max_length);
    return note.empty() ? std::vector<std::string>() : std::vector{std::move(note)};
  }

  std::vector<Sample> samples() const override {
    if (texts_.rows.empty()) return {};
    return choose_samples(texts_.rows, texts_.columns, texts_.labels, texts_.names);
  }

 private:
  std::vector<uint64_t> rows_of_labels() const {
    std::vector<uint64_t> counts(texts_.names.size());
    for (const int64_t label : texts_.labels) ++counts[static_cast<size_t>(label)];
    return counts;
  }

  std::string missing_labels() const {
    const std::vector<uint64_t> counts = rows_of_labels();
    std::vector<std::string> missing;
    for (size_t id = 0; id < counts.size(); ++id) {
      if (counts[id] == 0) missing.push_back(texts_.names[id]);
    }
    if (missing.empty()) return "";
    const bool several = missing.size() > 1;
    return fmt::format(
        "no training row has the label{} {}, so the model cannot learn {}. Often the rows are sorted by label: "
        "--shuffle-seed 42 shuffles them before --max-train-samples applies",
        several ? "s" : "", fmt::join(missing, ", "), several ? "them" : "it");
  }

  ClassifiedTexts texts_;
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
  TextClassification(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options), purpose_(purpose), sources_(label_sources(options, config, purpose)) {
    if (purpose == Purpose::kUseTrained) set_names(config.labels());
  }

  std::span<const metric::Metric> metrics() const override { return metrics_; }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_text_columns(first, options_.rows.text_column, options_.rows.text_pair_column);
    label_column_ = table::choose_label_column(first, options_.rows.label_column);
    for (table::LabelledSplit& split : splits) split.rows = with_text(split.rows);
    if (splits.front().rows.empty()) return;
    labels_ = table::LabelMap::decide(splits, label_column_, sources_);
    for (const std::string& note : labels_.notes()) log_info("{}", note);
    for (const std::string& warning : labels_.warnings()) log_warning("{}", warning);
    for (table::LabelledSplit& split : splits) {
      split.rows = noted(table::rows_with_label(split.rows, label_column_, labels_, options_.rows.strict));
    }
    set_names(labels_.id2label());
    if (purpose_ == Purpose::kTrain) check_classes(splits.front().rows);
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return labels_.ids(rows, label_column_); }

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    return row_findings(rows, columns_, label_column_, labels_);
  }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    const bool has_pairs = columns_.text_pair.has_value();
    ClassifiedTexts texts{.names = names_,
                          .label_smoothing = options_.label_smoothing,
                          .rows = rows,
                          .columns = columns_,
                          .max_length = options.max_length,
                          .num_special_tokens = options.tokenizer.num_special_tokens(has_pairs)};
    texts.features = tokenize_rows(options.tokenizer, rows, columns_, options.max_length, "tokenizing " + what);
    check_embedded(options.tokenizer, options.vocab_size, texts.features,
                   [&rows](uint64_t row) { return rows.location(row); });
    texts.labels = labels_.ids(rows, label_column_);
    warn_of_unknown_tokens(unknown_tokens(options.tokenizer, texts.features, has_pairs), what);
    return make_examples(std::move(texts));
  }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(names_);
    config.set_problem_type("single_label_classification");
  }

  Json facts() const override { return {{"labels", names_}}; }
  std::string card_phrase() const override { return fmt::format("for the labels: {}", fmt::join(names_, ", ")); }

 private:
  table::Rows with_text(const table::Rows& rows) const {
    std::vector<std::string> names = {columns_.text};
    if (columns_.text_pair) names.push_back(*columns_.text_pair);
    return noted(table::rows_with_text(rows, names, options_.rows.strict));
  }

  static table::Rows noted(const table::Complete& complete) {
    if (complete.skipped > 0) log_info("{}", complete.note());
    return complete.rows;
  }

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
};

}  // namespace

std::unique_ptr<Task> make_text_classification(const TaskOptions& options, const model::ModelConfig& config,
                                               Purpose purpose) {
  return std::make_unique<TextClassification>(options, config, purpose);
}

std::unique_ptr<Examples> make_examples(ClassifiedTexts texts) {
  return std::make_unique<ClassificationExamples>(std::move(texts));
}

}  // namespace hone::task
