#include "cli/data_labels_folds.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/quiet_log.h"
#include "base/sha256.h"
#include "data/folds.h"
#include "data/npy.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
#include "options/json.h"
#include "table/read.h"
#include "table/writer.h"
#include "task/row_margins.h"
#include "task/score_functions.h"
#include "tensor/compute.h"
#include "train/run.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPlanFile = "folds.json";
constexpr size_t kQuestionsOfBlock = 2048;
constexpr double kWarmupShare = 0.1;  // of the steps
constexpr std::string_view kTextColumn = "text", kPairColumn = "text_pair", kLabelColumn = "label";

// The cells of the text columns as text.
class TextCells {
 public:
  explicit TextCells(const data::LabelledRows& rows) {
    texts_.emplace_back(rows.rows, table::TextColumns{rows.columns.text.text, std::nullopt});
    if (rows.columns.text.text_pair) {
      texts_.emplace_back(rows.rows, table::TextColumns{*rows.columns.text.text_pair, std::nullopt});
    }
  }

  bool has_pairs() const { return texts_.size() == 2; }
  std::vector<table::Value> values(uint64_t row) const {
    std::vector<table::Value> values;
    std::string scratch;
    for (const data::RowTexts& texts : texts_) values.emplace_back(std::string(texts.text(row, scratch).value_or("")));
    return values;
  }

 private:
  std::vector<data::RowTexts> texts_;
};

// Writes rows as training and prediction read them: text, perhaps text_pair, and the name of the class.
void write_rows(const data::LabelledRows& rows, const std::vector<size_t>& indices, const fs::path& path) {
  const TextCells cells(rows);
  std::vector<std::string> columns = {std::string(kTextColumn)};
  if (cells.has_pairs()) columns.emplace_back(kPairColumn);
  columns.emplace_back(kLabelColumn);
  table::RowWriter writer(path, table::RowFormat::kJsonLines, columns);
  for (const size_t index : indices) {
    std::vector<table::Value> values = cells.values(rows.numbers[index]);
    values.emplace_back(rows.classes[static_cast<size_t>(rows.labels[index])]);
    writer.write(values);
  }
  writer.commit();
}

std::string digest_of(const data::LabelledRows& rows) {
  const TextCells cells(rows);
  std::string digests;
  for (size_t i = 0; i < rows.numbers.size(); ++i) {
    std::string row = std::to_string(rows.labels[i]);
    for (const table::Value& value : cells.values(rows.numbers[i])) row += '\0' + table::value_text(value);
    digests += sha256(row);
  }
  return sha256(digests);
}

constexpr const char* kMarginsFile = "margins.npy";

void write_margins(const task::RowMargins& margins, const fs::path& path) {
  std::vector<float> values;
  for (size_t row = 0; row < margins.sums.size(); ++row) {
    values.push_back(margins.sums[row]);
    values.push_back(static_cast<float>(margins.counts[row]));
  }
  data::write_npy(path, values, 2);
}

task::RowMargins read_margins(const fs::path& path, size_t num_rows) {
  constexpr double kMaxCount = 1 << 24;  // the counts are stored as float32
  const char* const hint = "remove the file, and run the command again";
  const data::Matrix matrix = data::read_npy(path);
  if (matrix.num_rows != num_rows || matrix.num_columns != 2) {
    throw Error(ErrorKind::kInput, fmt::format("{} does not fit the fold", path.string()), hint);
  }
  task::RowMargins margins;
  margins.resize(num_rows);
  for (size_t row = 0; row < num_rows; ++row) {
    const double sum = matrix.values[2 * row], count = matrix.values[2 * row + 1];
    if (!std::isfinite(sum) || !(count >= 0 && count <= kMaxCount) || count != std::floor(count)) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{} is damaged: row {} has the sum {} and the count {}", path.string(), row, sum, count),
                  hint);
    }
    margins.sums[row] = static_cast<float>(sum);
    margins.counts[row] = static_cast<uint64_t>(count);
  }
  return margins;
}

class Folds {
 public:
  Folds(const data::LabelledRows& rows, const DataLabelsOptions& options, fs::path work_dir)
      : rows_(rows),
        options_(options),
        work_dir_(std::move(work_dir)),
        needs_margins_(options.errors.rule.rank_by == data::kMarginRank),
        num_folds_(static_cast<uint32_t>(options.folds.folds)),
        folds_(data::stratified_folds(rows.labels, num_folds_, options.folds.seed)) {}

  // Throws kUsage if the folder belongs to something else.
  void prepare_folder() const {
    const fs::path plan_path = work_dir_ / kPlanFile;
    const Json plan = {{"rows", digest_of(rows_)},
                       {"classes", rows_.classes},
                       {"model", fs::weakly_canonical(options_.folds.model_name_or_path).string()},
                       {"options", options::to_json(options_.folds)}};
    if (!fs::exists(plan_path)) {
      if (fs::exists(work_dir_) && !fs::is_empty(work_dir_)) throw taken("files of something else");
      make_folders(work_dir_);
      return write_json(plan_path, plan);
    }
    Json before = read_json(plan_path), now = plan;
    for (Json* json : {&before, &now}) {
      if (json->is_object() && json->contains("options")) (*json)["options"].erase("model_name_or_path");
    }
    if (before != now) throw taken("folds of other rows, another model or other options");
  }

  data::ClassProbabilities probabilities() {
    const size_t num_classes = rows_.classes.size();
    data::ClassProbabilities result{num_classes, std::vector<double>(rows_.numbers.size() * num_classes)};
    for (uint32_t fold = 0; fold < num_folds_; ++fold) {
      const std::vector<size_t> indices = rows_in(fold, true);
      const data::Matrix matrix = data::read_npy(predictions_of(fold));
      if (matrix.num_rows != indices.size() || matrix.num_columns != num_classes) {
        throw Error(ErrorKind::kInput, fmt::format("{} does not fit the fold", predictions_of(fold).string()),
                    "remove the file, and run the command again");
      }
      for (size_t i = 0; i < indices.size(); ++i) {
        std::copy_n(matrix.values.begin() + static_cast<ptrdiff_t>(i * num_classes), num_classes,
                    result.values.begin() + static_cast<ptrdiff_t>(indices[i] * num_classes));
      }
    }
    return result;
  }

  // Returns nothing if a fold has no margins.
  std::vector<double> margins() const {
    for (uint32_t fold = 0; fold < num_folds_; ++fold) {
      if (fs::exists(margins_of(fold))) continue;
      log_info("{} is missing, so no row has an area_under_margin; --rank-by {} trains the fold again for it",
               margins_of(fold).string(), data::kMarginRank);
      return {};
    }
    std::vector<double> sums(rows_.numbers.size()), counts(rows_.numbers.size());
    for (uint32_t fold = 0; fold < num_folds_; ++fold) {
      const std::vector<size_t> indices = rows_in(fold, false);
      const task::RowMargins own = read_margins(margins_of(fold), indices.size());
      for (size_t i = 0; i < indices.size(); ++i) {
        sums[indices[i]] += own.sums[i];
        counts[indices[i]] += static_cast<double>(own.counts[i]);
      }
    }
    for (size_t i = 0; i < sums.size(); ++i) sums[i] /= counts[i];  // NaN without a margin
    return sums;
  }

  // Returns false if an interrupt stopped the training.
  bool finish(uint32_t fold) {
    const bool has_predictions = fs::exists(predictions_of(fold));
    if (has_predictions && (!needs_margins_ || fs::exists(margins_of(fold)))) {
      log_info("fold {} of {}: predictions exist in {}", fold + 1, num_folds_, work_dir_.string());
      return true;
    }
    if (has_predictions) {
      log_info("fold {} of {}: --rank-by {} needs margins, and {} is missing: the fold is trained again", fold + 1,
               num_folds_, data::kMarginRank, margins_of(fold).string());
    }
    const fs::path folder = work_dir_ / fmt::format("fold-{}", fold + 1);
    make_folders(folder);
    remove_useless_training(fold, folder);
    const std::vector<size_t> others = rows_in(fold, false), own = rows_in(fold, true);
    log_info("fold {} of {}: training on {}, then predicting {}", fold + 1, num_folds_, counted(others.size(), "row"),
             own.size());
    write_rows(rows_, others, folder / "train.jsonl");
    write_rows(rows_, own, folder / "predict.jsonl");
    {
      // What trainings say of their rows and models is the same for each fold, and names files that do not stay.
      const QuietLog quiet;
      if (!train(folder, others.size())) return false;
      predict(fold, folder);
      if (fs::exists(folder / kMarginsFile)) fs::rename(folder / kMarginsFile, margins_of(fold));
    }
    fs::remove_all(folder);
    return true;
  }

  uint32_t size() const { return num_folds_; }

  void warn_of_truncation() const {
    if (num_truncated_ == 0) return;
    log_warning("{} longer than {} tokens; {} truncated (--max-seq-length)",
                counted(num_truncated_, "row") + (num_truncated_ == 1 ? " is" : " are"), max_length_,
                num_truncated_ == 1 ? "it was" : "they were");
  }

 private:
  Error taken(std::string_view content) const {
    return Error(ErrorKind::kUsage, fmt::format("--work-dir: {} holds {}", work_dir_.string(), content),
                 "name another folder with --work-dir, or remove this one");
  }

  // The sums and the counts of the margins of the rows that a fold's model is trained on.
  fs::path margins_of(uint32_t fold) const { return work_dir_ / fmt::format("fold-{}.{}", fold + 1, kMarginsFile); }

  fs::path predictions_of(uint32_t fold) const { return work_dir_ / fmt::format("fold-{}.npy", fold + 1); }

  std::vector<size_t> rows_in(uint32_t fold, bool is_in) const {
    std::vector<size_t> indices;
    for (size_t i = 0; i < folds_.size(); ++i) {
      if ((folds_[i] == fold) == is_in) indices.push_back(i);
    }
    return indices;
  }

  train::TrainOptions train_options(const fs::path& folder) const {
    const FoldOptions& own = options_.folds;
    train::TrainOptions options;
    options.model_name_or_path = own.model_name_or_path;
    options.ignore_mismatched_sizes = true;
    options.rows.text_column = kTextColumn;
    if (rows_.columns.text.text_pair) options.rows.text_pair_column = kPairColumn;
    options.rows.label_column = kLabelColumn;
    options.train_file = {(folder / "train.jsonl").string()};
    options.task = task::kTextClassificationTask;
    options.id2label = Json(rows_.classes).dump();
    options.max_seq_length = own.max_seq_length;
    options.output_dir = folder / "model";
    options.num_train_epochs = own.num_train_epochs;
    options.learning_rate = own.learning_rate;
    options.per_device_train_batch_size = own.per_device_train_batch_size;
    options.seed = own.seed;
    options.warmup_ratio = kWarmupShare;
    options.save_strategy = "no";
    options.log_style = train::kLogNothing;  // standard output is for the result
    options.compute = options_.compute;
    return options;
  }

  // Removes what was trained of a fold without the margins that are needed.
  void remove_useless_training(uint32_t fold, const fs::path& folder) const {
    const fs::path model = folder / "model";
    if (!needs_margins_ || fs::exists(folder / kMarginsFile) || !(is_trained(model) || has_checkpoint(model))) return;
    log_info("fold {} of {}: --rank-by {} needs margins, and the training in {} has none: it starts anew", fold + 1,
             num_folds_, data::kMarginRank, model.string());
    fs::remove_all(model);
  }

  bool train(const fs::path& folder, size_t num_rows) const {
    train::TrainOptions options = train_options(folder);
    const fs::path margins_path = folder / kMarginsFile;
    if (is_trained(options.output_dir)) return true;
    task::RowMargins margins;
    margins.resize(num_rows);
    bool has_margins = true;  // of all steps
    if (has_checkpoint(options.output_dir)) {
      options.resume_from_checkpoint = "true";
      has_margins = fs::exists(margins_path);
      if (has_margins) margins = read_margins(margins_path, num_rows);
    } else {
      fs::remove_all(options.output_dir);
    }
    const train::RunEnd end = train::run_training(options, {}, {.margins = has_margins ? &margins : nullptr});
    if (has_margins) write_margins(margins, margins_path);
    return end == train::RunEnd::kFinished;
  }

  // README.md is the last file of a finished training.
  static bool is_trained(const fs::path& folder) { return fs::exists(folder / "README.md"); }

  static bool has_checkpoint(const fs::path& folder) {
    if (!fs::exists(folder)) return false;
    return std::ranges::any_of(fs::directory_iterator(folder), [](const fs::directory_entry& entry) {
      return entry.path().filename().string().starts_with("checkpoint-");
    });
  }

  void predict(uint32_t fold, const fs::path& folder) {
    const eval::TrainedModel model = eval::load_trained_model(folder / "model", {});
    max_length_ = model.max_length;
    model.model->set_compute(tensor::prepare_compute(options_.compute));
    const table::Rows rows = table::read_rows(folder / "predict.jsonl");
    table::TextColumns columns{std::string(kTextColumn), std::nullopt};
    if (rows.has_column(kPairColumn)) columns.text_pair = kPairColumn;
    std::vector<uint64_t> numbers;
    std::vector<float> values;
    for (uint64_t begin = 0; begin < rows.size(); begin += kQuestionsOfBlock) {
      numbers.clear();
      for (uint64_t row = begin; row < std::min(rows.size(), begin + kQuestionsOfBlock); ++row) numbers.push_back(row);
      const std::vector<task::Question> questions =
          task::make_questions(model.tokenizer, rows.select(numbers), columns, model.reading());
      num_truncated_ += static_cast<uint64_t>(std::ranges::count_if(questions, &task::Question::is_truncated));
      const auto place = [&](size_t question) { return rows.location(begin + question); };
      for (const task::Outputs& outputs : eval::outputs(model, questions, place)) {
        const std::vector<float> logits = task::pooled_outputs(outputs);
        values.insert(values.end(), logits.begin(), logits.end());
      }
    }
    task::apply_score_function(task::find_score_function("softmax"), values, rows_.classes.size());
    data::write_npy(predictions_of(fold), values, rows_.classes.size());
  }

  const data::LabelledRows& rows_;
  const DataLabelsOptions& options_;
  fs::path work_dir_;
  bool needs_margins_;
  uint32_t num_folds_;
  std::vector<uint32_t> folds_;                  // of each row
  uint64_t num_truncated_ = 0, max_length_ = 0;  // of the rows that this run predicted
};

}  // namespace

std::optional<OutOfFold> predict_out_of_fold(const data::LabelledRows& rows, const DataLabelsOptions& options,
                                             const fs::path& work_dir) {
  Folds folds(rows, options, work_dir);
  folds.prepare_folder();
  for (uint32_t fold = 0; fold < folds.size(); ++fold) {
    if (!folds.finish(fold)) {
      log_info("stopped in fold {} of {}; the same command resumes it", fold + 1, folds.size());
      return std::nullopt;
    }
  }
  folds.warn_of_truncation();
  return OutOfFold{folds.probabilities(), folds.margins()};
}

}  // namespace hone::cli
