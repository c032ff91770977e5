#include "task/multi_label.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/empty.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <unordered_map>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/names.h"
#include "metric/multi_label.h"
#include "metric/worst_rows.h"
#include "task/label_answers.h"
#include "task/score_functions.h"
#include "tensor/compute.h"

namespace hone::task {

namespace {

constexpr float kThreshold = 0.5f;

struct Targets {
  std::vector<uint8_t> truth;  // [rows, K]
  std::vector<std::string> names;

  size_t width() const { return names.size(); }
  std::span<const uint8_t> row(uint64_t row) const { return std::span(truth).subspan(row * width(), width()); }

  // The sum over all labels of all rows, as torch's BCEWithLogitsLoss.
  at::Tensor loss_sum(const at::Tensor& logits, std::span<const uint64_t> rows) const {
    const at::Tensor of_rows =
        at::empty({static_cast<int64_t>(rows.size()), static_cast<int64_t>(width())}, at::kFloat);
    float* next = of_rows.mutable_data_ptr<float>();
    for (const uint64_t row : rows) next = std::copy_n(this->row(row).begin(), width(), next);
    return at::binary_cross_entropy_with_logits(logits, tensor::on_device(of_rows, logits.device()), {}, {},
                                                at::Reduction::Sum);
  }

  std::vector<std::string> names_of(std::span<const uint8_t> flags) const {
    std::vector<std::string> found;
    for (size_t label = 0; label < width(); ++label) {
      if (flags[label] != 0) found.push_back(names[label]);
    }
    return found;
  }
};

// A row with wrong labels.
struct WrongRow {
  uint64_t row = 0;
  double loss = 0;  // mean over its labels
  std::vector<uint8_t> predicted;
};

class MultiLabelEvaluation final : public Evaluation {
 public:
  MultiLabelEvaluation(const TextRows& texts, const Targets& targets, size_t num_worst)
      : texts_(texts), targets_(targets), scores_(targets.width()), worst_(num_worst) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    const at::Tensor logits = row_outputs(model, texts_.features, rows, {});
    const at::Tensor on_cpu = logits.to(at::kCPU, at::kFloat).contiguous();
    const std::span<const float> values(on_cpu.const_data_ptr<float>(), rows.size() * targets_.width());
    for (size_t i = 0; i < rows.size(); ++i) {
      add_prediction(rows[i], values.subspan(i * targets_.width(), targets_.width()));
    }
    loss_sum_ += targets_.loss_sum(logits, rows).item<double>();
    num_rows_ += rows.size();
  }

  metric::Report report() const override {
    const std::vector<float> thresholds(targets_.width(), kThreshold);
    metric::Report report = metric::multi_label_report(scores_, thresholds, targets_.names);
    report.num_rows = num_rows_;
    report.num_targets = num_rows_ * targets_.width();
    report.loss = num_rows_ == 0 ? 0 : loss_sum_ / static_cast<double>(report.num_targets);
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    if (worst_.keeps_any()) report.panels.push_back({"rows", "worst", "Worst mistakes", worst_json()});
    return report;
  }

 private:
  void add_prediction(uint64_t row, std::span<const float> logits) {
    if (first_nonfinite_row(logits, logits.size())) return nonfinite_.add(row);
    std::vector<float> scores(logits.begin(), logits.end());
    apply_score_function(find_score_function("sigmoid"), scores, scores.size());
    const std::span<const uint8_t> truth = targets_.row(row);
    scores_.add(scores, truth);
    if (!worst_.keeps_any()) return;
    std::vector<uint8_t> predicted(scores.size());
    for (size_t label = 0; label < scores.size(); ++label) predicted[label] = scores[label] > kThreshold;
    if (std::ranges::equal(predicted, truth)) return;
    double loss = 0;
    for (size_t label = 0; label < scores.size(); ++label) {
      const double x = truth[label] != 0 ? -logits[label] : logits[label];
      loss += std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    }
    worst_.add({row, loss / static_cast<double>(scores.size()), std::move(predicted)});
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const WrongRow& wrong : worst_.sorted()) {
      Json item = {{"row", wrong.row}};
      item.update(texts_.described(wrong.row));
      item["label"] = fmt::format("{}", fmt::join(targets_.names_of(targets_.row(wrong.row)), ", "));
      item["predicted"] = fmt::format("{}", fmt::join(targets_.names_of(wrong.predicted), ", "));
      item["loss"] = metric::finite_or_null(wrong.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const TextRows& texts_;
  const Targets& targets_;
  metric::LabelScoresOfRows scores_;
  metric::WorstRows<WrongRow> worst_;
  metric::NonfiniteRows nonfinite_;
  double loss_sum_ = 0;
  uint64_t num_rows_ = 0;
};

class MultiLabelExamples final : public TextExamples {
 public:
  explicit MultiLabelExamples(TaggedTexts rows)
      : TextExamples(std::move(rows.texts)), targets_{std::move(rows.truth), std::move(rows.names)} {
    check_internal(targets_.truth.size() == size() * targets_.width(), "each row has a flag for each label");
  }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return rows.size() * targets_.width();
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    return targets_.loss_sum(row_outputs(model, texts().features, rows, context), rows);
  }
  std::unique_ptr<Evaluation> evaluation(size_t num_worst) const override {
    return std::make_unique<MultiLabelEvaluation>(texts(), targets_, num_worst);
  }
  std::string preview(uint64_t row) const override {
    return fmt::format("[{}] {}", fmt::join(targets_.names_of(targets_.row(row)), ", "), texts().shown(row));
  }
  std::string target_counts() const override {
    constexpr size_t kMaxLabels = 10;
    std::string text;
    for (size_t label = 0; label < std::min(targets_.width(), kMaxLabels); ++label) {
      text += fmt::format("{}{} ({})", label == 0 ? "" : ", ", targets_.names[label], count_of(label));
    }
    return targets_.width() > kMaxLabels ? fmt::format("{} and {} more", text, targets_.width() - kMaxLabels) : text;
  }

 private:
  uint64_t count_of(size_t label) const {
    uint64_t count = 0;
    for (uint64_t row = 0; row < size(); ++row) count += targets_.row(row)[label];
    return count;
  }

  Targets targets_;
};

// Reads the labels of a row: from a list, from names in one cell, or from a column of 0 and 1 for each label.
class LabelSetReader {
 public:
  LabelSetReader(const table::Rows& rows, const std::vector<std::string>& columns, bool are_flags,
                 std::string separator)
      : rows_(rows), are_flags_(are_flags), separator_(std::move(separator)) {
    for (const std::string& name : columns) columns_.push_back(rows.column(name));
  }

  // Names in the order of the cell; nullopt if the row has no cell. Errors (kInput): a cell of another form.
  std::optional<std::vector<std::string>> read(uint64_t row) const { return are_flags_ ? flags(row) : names(row); }

 private:
  std::optional<std::vector<std::string>> flags(uint64_t row) const {
    std::vector<std::string> found;
    for (const table::Column& column : columns_) {
      const table::Value value = column.value(row);
      if (table::is_null(value)) return std::nullopt;
      const auto* number = std::get_if<int64_t>(&value);
      const auto* flag = std::get_if<bool>(&value);
      if ((number == nullptr || (*number != 0 && *number != 1)) && flag == nullptr) {
        throw Error(
            ErrorKind::kInput,
            fmt::format("{}: \"{}\" is {}, not 0 or 1", rows_.location(row), column.name(), table::value_text(value)),
            "the target columns of multi-label hold 0 or 1; for numbers give --task regression");
      }
      if (number != nullptr ? *number == 1 : *flag) found.push_back(column.name());
    }
    return found;
  }

  std::optional<std::vector<std::string>> names(uint64_t row) const {
    const table::Column& column = columns_.front();
    if (column.is_null(row)) return std::nullopt;
    if (column.type() == table::ColumnType::kNested) return listed(column, row);
    std::vector<std::string> found;
    const std::string text = table::value_text(column.value(row));
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(separator_, begin), text.size());
      const std::string_view name = table::stripped(std::string_view(text).substr(begin, end - begin));
      if (!name.empty()) found.emplace_back(name);
      begin = end + separator_.size();
    }
    return found;
  }

  std::vector<std::string> listed(const table::Column& column, uint64_t row) const {
    const Json cell = parse_json(column.json(row), rows_.location(row));
    std::vector<std::string> found;
    const auto wrong = [&](const std::string& what) {
      return Error(ErrorKind::kInput, fmt::format("{}: \"{}\" {}", rows_.location(row), column.name(), what),
                   "a multi-label cell is a list of names or class ids");
    };
    if (!cell.is_array()) throw wrong("is not a list");
    for (const Json& item : cell) {
      if (item.is_string()) {
        found.push_back(item.get<std::string>());
      } else if (item.is_number_integer()) {
        found.push_back(name_of_id(column, item.get<int64_t>()));
      } else {
        throw wrong(fmt::format("holds {}, which is neither a name nor a class id", item.dump()));
      }
    }
    return found;
  }

  static std::string name_of_id(const table::Column& column, int64_t id) {
    const std::vector<std::string>& declared = column.class_names();
    const bool is_declared = id >= 0 && static_cast<size_t>(id) < declared.size();
    return is_declared ? declared[static_cast<size_t>(id)] : std::to_string(id);
  }

  const table::Rows& rows_;
  bool are_flags_;
  std::string separator_;
  std::vector<table::Column> columns_;
};

// Integers in numeric order before texts, as the labels of single-label rows.
bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<int64_t> {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
  };
  const auto first = number(a), second = number(b);
  if (first && second) return *first < *second;
  return first.has_value() != second.has_value() ? first.has_value() : a < b;
}

class MultiLabel final : public Task {
 public:
  MultiLabel(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options), purpose_(purpose) {
    if (purpose == Purpose::kUseTrained) {
      set_names(config.labels());
      scoring_ = {.labels = names_,
                  .function = "sigmoid",
                  .thresholds = std::vector<float>(names_.size(), kThreshold),
                  .separator = options.rows.label_separator};
    } else if (!options.id2label.empty()) {
      set_names(table::label_names_of_option(options.id2label));
    }
  }

  std::span<const metric::Metric> metrics() const override { return metric::multi_label_metrics(); }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_text_columns(first, options_.rows.text_column, options_.rows.text_pair_column);
    label_columns_ = options_.rows.target_columns;
    are_flags_ = !label_columns_.empty();
    if (!are_flags_) label_columns_ = {table::choose_label_column(first, options_.rows.label_column)};
    for (std::string& name : label_columns_) name = first.column(name).name();
    is_list_ = !are_flags_ && first.column(label_columns_.front()).type() == table::ColumnType::kNested;
    skip_rows_without_text(splits, columns_, options_.rows.strict);
    if (names_.empty()) set_names(are_flags_ ? label_columns_ : names_in(splits));
    check_separator();
    for (table::LabelledSplit& split : splits) {
      split.rows = with_labels(split.rows);
      truth_of(split.rows);  // an unknown label is an error before anything is tokenized
    }
    if (purpose_ == Purpose::kTrain) check_labels(splits.front().rows);
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    const std::vector<uint8_t> truth = truth_of(rows.train);
    std::vector<std::string> missing;
    for (size_t label = 0; label < names_.size(); ++label) {
      bool is_used = false;
      for (size_t at = label; at < truth.size() && !is_used; at += names_.size()) is_used = truth[at] != 0;
      if (!is_used) missing.push_back(names_[label]);
    }
    if (missing.empty()) return {};
    return {fmt::format("no training row has the label{} {}, so the model cannot learn {}",
                        missing.size() > 1 ? "s" : "", fmt::join(missing, ", "), missing.size() > 1 ? "them" : "it")};
  }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    return make_examples(
        TaggedTexts{.texts = read_text_rows(rows, columns_, what, options), .truth = truth_of(rows), .names = names_});
  }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(names_);
    config.set_problem_type("multi_label_classification");
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
    return {{"labels", names_}, {"function_to_apply", scoring_.function}, {"thresholds", scoring_.thresholds}};
  }
  bool can_explain() const override { return true; }
  FollowedScore followed(const ExplainOptions& options, const Question&, const Outputs& outputs) const override {
    return followed_label(scoring_, options, outputs);
  }

 private:
  LabelSetReader reader(const table::Rows& rows) const {
    return {rows, label_columns_, are_flags_, options_.rows.label_separator};
  }

  void set_names(std::vector<std::string> names) {
    names_ = std::move(names);
    ids_.clear();
    for (size_t id = 0; id < names_.size(); ++id) ids_.emplace(names_[id], id);
  }

  // All names of all splits; the error for too many comes with the first that is too much.
  std::vector<std::string> names_in(std::span<const table::LabelledSplit> splits) const {
    std::set<std::string> found;
    for (const table::LabelledSplit& split : splits) {
      const LabelSetReader labels = reader(split.rows);
      for (uint64_t row = 0; row < split.rows.size(); ++row) {
        for (std::string& name : labels.read(row).value_or(std::vector<std::string>())) found.insert(std::move(name));
      }
    }
    std::vector<std::string> names(found.begin(), found.end());
    std::ranges::sort(names, comes_before);
    if (names.size() <= table::LabelMap::kMaxClasses) return names;
    throw Error(ErrorKind::kInput,
                fmt::format("column \"{}\" holds {} different labels", label_columns_[0], names.size()),
                fmt::format("at most {} labels are supported; check --label-column", table::LabelMap::kMaxClasses));
  }

  // A name that contains the separator would be read as several labels.
  void check_separator() const {
    if (options_.rows.label_separator.empty()) {
      throw Error(ErrorKind::kUsage, "--label-separator is empty", "give the text between two labels, such as \",\"");
    }
    if (are_flags_ || label_columns_.empty()) return;
    const auto found = std::ranges::find_if(
        names_, [&](const std::string& name) { return name.find(options_.rows.label_separator) != std::string::npos; });
    if (found == names_.end() || is_list_) return;
    throw Error(ErrorKind::kInput,
                fmt::format("the label \"{}\" contains the separator \"{}\"", *found, options_.rows.label_separator),
                "give another --label-separator, or write the labels as a JSON list");
  }

  table::Rows with_labels(const table::Rows& rows) const {
    const LabelSetReader labels = reader(rows);
    std::vector<uint64_t> kept;
    std::optional<uint64_t> first_skipped;
    for (uint64_t row = 0; row < rows.size(); ++row) {
      if (labels.read(row)) {
        kept.push_back(row);
      } else if (!first_skipped) {
        first_skipped = row;
      }
    }
    if (!first_skipped) return rows;
    if (options_.rows.strict) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the labels are missing", rows.location(*first_skipped)),
                  "write an empty list for a row without labels");
    }
    log_info("skipped {} whose labels are missing, the first: {}", counted(rows.size() - kept.size(), "row"),
             rows.location(*first_skipped));
    return rows.select(kept);
  }

  void check_labels(const table::Rows& rows) const {
    if (rows.empty()) return;
    const std::vector<uint8_t> truth = truth_of(rows);
    if (std::ranges::find(truth, 1) != truth.end()) return;
    throw Error(ErrorKind::kInput, fmt::format("none of {} has a label", counted(rows.size(), "training row")),
                "there is nothing to learn; check --label-column, --target-columns and the rows");
  }

  std::vector<uint8_t> truth_of(const table::Rows& rows) const {
    std::vector<uint8_t> truth(rows.size() * names_.size());
    const LabelSetReader labels = reader(rows);
    for (uint64_t row = 0; row < rows.size(); ++row) {
      for (const std::string& name : labels.read(row).value_or(std::vector<std::string>())) {
        const auto found = ids_.find(name);
        if (found == ids_.end()) {
          throw Error(ErrorKind::kInput,
                      fmt::format("{}: label \"{}\" is not one of {}", rows.location(row), name, listed_names()),
                      nearest_hint(name));
        }
        truth[row * names_.size() + found->second] = 1;
      }
    }
    return truth;
  }

  std::string listed_names() const {
    constexpr size_t kMaxNamed = 10;
    const auto end = names_.begin() + static_cast<ptrdiff_t>(std::min(names_.size(), kMaxNamed));
    return fmt::format("{}{}", fmt::join(names_.begin(), end, ", "), names_.size() > kMaxNamed ? ", ..." : "");
  }

  std::string nearest_hint(const std::string& name) const {
    const auto nearest = nearest_name(name, names_);
    return nearest ? fmt::format("did you mean \"{}\"?", *nearest) : "check --label-column and --label-separator";
  }

  TaskOptions options_;
  Purpose purpose_;
  table::TextColumns columns_;
  std::vector<std::string> label_columns_;
  bool are_flags_ = false, is_list_ = false;
  std::vector<std::string> names_;
  std::unordered_map<std::string, size_t> ids_;
  LabelScoring scoring_;  // of a trained model
};

}  // namespace

std::unique_ptr<Task> make_multi_label(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  return std::make_unique<MultiLabel>(options, config, purpose);
}

std::unique_ptr<Examples> make_examples(TaggedTexts rows) {
  return std::make_unique<MultiLabelExamples>(std::move(rows));
}

}  // namespace hone::task
