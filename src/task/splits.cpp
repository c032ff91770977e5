// The steps, in this order: skip rows without text, decide the labels, skip rows without a label, hold out evaluation
// rows, shuffle, take the first rows.
#include "task/splits.h"

#include <fmt/ranges.h>

#include <map>
#include <span>
#include <tuple>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "table/read.h"
#include "table/selection.h"

namespace hone::task {

namespace {

using table::Rows;

std::vector<std::filesystem::path> as_paths(const std::vector<std::string>& files) {
  return {files.begin(), files.end()};
}

std::map<std::string, Rows> read_splits(const SplitRequest& request) {
  std::map<std::string, Rows> splits;
  if (!request.rows.dataset.empty()) {
    splits = table::read_dataset(request.rows.dataset, request.rows.dataset_config_name).rows;
  }
  const std::pair<const char*, const std::vector<std::string>&> given[] = {
      {"train", request.train_file}, {"validation", request.validation_file}, {"test", request.test_file}};
  for (const auto& [name, files] : given) {
    if (!files.empty()) splits.insert_or_assign(name, table::read_rows(as_paths(files)));
  }
  if (splits.empty()) {
    throw Error(ErrorKind::kUsage, "no rows were named", "give --dataset FILE_OR_FOLDER; or give --train-file FILE");
  }
  return splits;
}

std::vector<std::string> names_of(const std::map<std::string, Rows>& splits) {
  std::vector<std::string> names;
  names.reserve(splits.size());
  for (const auto& [name, rows] : splits) names.push_back(name);
  return names;
}

const Rows& split_named(const std::map<std::string, Rows>& splits, const std::string& name) {
  const auto found = splits.find(name);
  if (found != splits.end()) return found->second;
  throw Error(ErrorKind::kInput, fmt::format("the data set has no split \"{}\"", name),
              fmt::format("it has: {}", fmt::join(names_of(splits), ", ")));
}

Rows noted(const table::Complete& complete) {
  if (complete.skipped > 0) log_info("{}", complete.note());
  return complete.rows;
}

Rows rows_with_text(const Rows& rows, const table::TextColumns& columns, bool strict) {
  std::vector<std::string> names = {columns.text};
  if (columns.text_pair) names.push_back(*columns.text_pair);
  return noted(table::rows_with_text(rows, names, strict));
}

// Decides the classes of all used splits, and logs the mapping of labels to ids.
table::LabelMap decide_labels(std::span<const table::LabelledSplit> splits, const std::string& column,
                              const table::LabelSources& sources) {
  table::LabelMap labels = table::LabelMap::decide(splits, column, sources);
  for (const std::string& note : labels.notes()) log_info("{}", note);
  for (const std::string& warning : labels.warnings()) log_warning("{}", warning);
  return labels;
}

// Returns true if all rows have the class of the first one.
bool have_one_class(const Rows& rows, const table::LabelReader& reader) {
  const int64_t first = reader.id_at(0);
  for (uint64_t row = 1; row < rows.size(); ++row) {
    if (reader.read(row).id != first) return false;
  }
  return true;
}

// Throws if all training rows have the same class, unless more classes are declared.
void check_classes(const Rows& train, const std::string& column, const table::LabelMap& labels) {
  if (train.empty() || (labels.is_declared() && labels.size() > 1)) return;
  const table::LabelReader reader = labels.reader(train, column);
  if (labels.size() > 1 && !have_one_class(train, reader)) return;
  throw Error(ErrorKind::kInput,
              fmt::format("all {} have the same label \"{}\"", counted(train.size(), "training row"),
                          labels.id2label()[static_cast<size_t>(reader.id_at(0))]),
              "a classifier needs at least two classes; check --label-column and the rows");
}

Rows shuffled_and_cut(Rows rows, std::optional<uint64_t> shuffle_seed, std::optional<int64_t> most) {
  if (shuffle_seed) rows = rows.shuffle(*shuffle_seed);
  return most ? rows.take(static_cast<uint64_t>(*most)) : rows;
}

// Sets the evaluation rows and their name, unless a later step holds them out of the training rows.
void choose_evaluation(const std::map<std::string, Rows>& splits, const SplitRequest& request, TrainingRows& chosen) {
  const auto with_text = [&](const Rows& rows) {
    return rows_with_text(rows, chosen.text_columns, request.rows.strict);
  };
  if (splits.contains("validation")) {
    chosen.evaluation_name = "validation";
    chosen.evaluation = with_text(splits.at("validation"));
    if (request.sample.validation_split > 0) {
      log_info("the data set has validation rows: validation_split is not used");
    }
  } else if (request.sample.validation_split > 0) {
    chosen.evaluation_name = "held-out";
  } else if (splits.contains("test") && request.needs_evaluation) {
    chosen.evaluation_name = "test";
    chosen.evaluation = with_text(splits.at("test"));
    log_warning(
        "there are no validation rows, so test rows evaluate the training: a model that is chosen by them looks better "
        "on them than on new text (--validation-split 0.1 holds training rows out instead)");
  } else if (request.needs_evaluation) {
    throw Error(ErrorKind::kUsage, "there are no rows to evaluate on",
                "give --validation-split 0.1 (a share of the training rows), --validation-file FILE, or "
                "--eval-strategy no");
  }
}

// Decides the labels, skips rows without one, and holds evaluation rows out.
void label_rows(const SplitRequest& request, TrainingRows& chosen) {
  std::vector<table::LabelledSplit> splits = {{"training", chosen.all_train}};
  if (chosen.evaluation) splits.push_back({chosen.evaluation_name, *chosen.evaluation});
  if (chosen.all_train.empty()) return;
  chosen.labels = decide_labels(splits, chosen.label_column, request.labels);
  const auto with_label = [&](const Rows& rows) {
    return noted(table::rows_with_label(rows, chosen.label_column, chosen.labels, request.rows.strict));
  };
  chosen.all_train = with_label(chosen.all_train);
  if (chosen.evaluation) chosen.evaluation = with_label(*chosen.evaluation);
  check_classes(chosen.all_train, chosen.label_column, chosen.labels);
  if (chosen.evaluation || chosen.evaluation_name.empty()) return;
  std::tie(chosen.all_train, chosen.evaluation) =
      table::stratified_split(chosen.all_train, chosen.labels.ids(chosen.all_train, chosen.label_column),
                              request.sample.validation_split, request.seed);
}

}  // namespace

TrainingRows choose_training_rows(const SplitRequest& request) {
  const std::map<std::string, Rows> splits = read_splits(request);
  const Rows& train = split_named(splits, "train");
  TrainingRows chosen;
  chosen.text_columns = table::choose_text_columns(train, request.rows.text_column, request.rows.text_pair_column);
  chosen.label_column = table::choose_label_column(train, request.rows.label_column);
  chosen.all_train = rows_with_text(train, chosen.text_columns, request.rows.strict);
  choose_evaluation(splits, request, chosen);
  label_rows(request, chosen);
  const SampleOptions& sample = request.sample;
  chosen.train = shuffled_and_cut(chosen.all_train, sample.shuffle_seed, request.max_train_samples);
  if (chosen.evaluation) {
    chosen.evaluation = shuffled_and_cut(*chosen.evaluation, sample.shuffle_seed, sample.max_eval_samples);
  }
  if (chosen.train.empty()) throw Error(ErrorKind::kInput, "there is no complete row to train on");
  if (chosen.evaluation && chosen.evaluation->empty()) {
    throw Error(ErrorKind::kInput, fmt::format("there is no complete {} row to evaluate on", chosen.evaluation_name));
  }
  return chosen;
}

EvaluationRows choose_evaluation_rows(const SplitRequest& request, const std::string& split) {
  const std::map<std::string, Rows> splits = read_splits(request);
  std::string name = split;
  for (const char* candidate : {"validation", "test", "train"}) {
    if (name.empty() && splits.contains(candidate)) name = candidate;
  }
  if (request.sample.validation_split > 0 && split.empty()) name = "train";
  const Rows& rows = name.empty() ? splits.begin()->second : split_named(splits, name);
  EvaluationRows chosen;
  chosen.text_columns = table::choose_text_columns(rows, request.rows.text_column, request.rows.text_pair_column);
  chosen.label_column = table::choose_label_column(rows, request.rows.label_column);
  const table::LabelledSplit whole{name, rows_with_text(rows, chosen.text_columns, request.rows.strict)};
  if (!whole.rows.empty()) chosen.labels = decide_labels(std::span(&whole, 1), chosen.label_column, request.labels);
  chosen.rows = noted(table::rows_with_label(whole.rows, chosen.label_column, chosen.labels, request.rows.strict));
  if (request.sample.validation_split > 0) {
    chosen.rows = table::stratified_split(chosen.rows, chosen.labels.ids(chosen.rows, chosen.label_column),
                                          request.sample.validation_split, request.seed)
                      .second;
    name = "held-out";
  }
  chosen.rows = shuffled_and_cut(chosen.rows, request.sample.shuffle_seed, request.sample.max_eval_samples);
  if (chosen.rows.empty()) throw Error(ErrorKind::kInput, "there is no complete row to evaluate on");
  chosen.name = name;
  return chosen;
}

}  // namespace hone::task
