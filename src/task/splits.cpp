// Choosing rows. The order is fixed: leave out incomplete rows, hold out, shuffle, take the first.
#include "task/splits.h"

#include <fmt/ranges.h>

#include <map>
#include <tuple>

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
  table::ReadOptions options;
  options.strict = request.rows.strict;
  std::map<std::string, Rows> splits;
  if (!request.rows.dataset.empty()) {
    splits = table::read_dataset(request.rows.dataset, request.rows.dataset_config_name, options).rows;
  }
  const std::pair<const char*, const std::vector<std::string>&> given[] = {
      {"train", request.train_file}, {"validation", request.validation_file}, {"test", request.test_file}};
  for (const auto& [name, files] : given) {
    if (!files.empty()) splits.insert_or_assign(name, table::read_rows(as_paths(files), options));
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

Rows complete_rows(const Rows& rows, const TrainingRows& columns, bool strict) {
  std::vector<std::string> text_columns = {columns.text_columns.text};
  if (columns.text_columns.text_pair) text_columns.push_back(*columns.text_columns.text_pair);
  const table::Complete complete = table::drop_incomplete(rows, text_columns, columns.label_column, strict);
  if (complete.dropped > 0) log_info("{}", complete.note());
  return complete.rows;
}

Rows shuffled_and_cut(Rows rows, std::optional<uint64_t> shuffle_seed, std::optional<int64_t> most) {
  if (shuffle_seed) rows = rows.shuffle(*shuffle_seed);
  return most ? rows.take(static_cast<uint64_t>(*most)) : rows;
}

// Sets evaluation and its name; takes the held-out rows off all_train.
void choose_evaluation(const std::map<std::string, Rows>& splits, const SplitRequest& request, TrainingRows& chosen) {
  const auto complete = [&](const Rows& rows) { return complete_rows(rows, chosen, request.rows.strict); };
  if (splits.contains("validation")) {
    chosen.evaluation_name = "validation";
    chosen.evaluation = complete(splits.at("validation"));
    if (request.sample.validation_split > 0) {
      log_info("the data set has validation rows: validation_split is not used");
    }
  } else if (request.sample.validation_split > 0) {
    chosen.evaluation_name = "held-out";
    std::tie(chosen.all_train, chosen.evaluation) =
        table::stratified_split(chosen.all_train, chosen.label_column, request.sample.validation_split, request.seed);
  } else if (splits.contains("test") && request.needs_evaluation) {
    chosen.evaluation_name = "test";
    chosen.evaluation = complete(splits.at("test"));
    log_warning(
        "there are no validation rows, so the best model is being chosen on test rows: its accuracy on them will look "
        "better than on new text (--validation-split 0.1 holds training rows out instead)");
  } else if (request.needs_evaluation) {
    throw Error(ErrorKind::kUsage, "there are no rows to evaluate on",
                "give --validation-split 0.1 (a share of the training rows), --validation-file FILE, or "
                "--eval-strategy no");
  }
}

}  // namespace

TrainingRows choose_training_rows(const SplitRequest& request) {
  const std::map<std::string, Rows> splits = read_splits(request);
  const Rows& train = split_named(splits, "train");
  TrainingRows chosen;
  chosen.text_columns = table::choose_text_columns(train, request.rows.text_column, request.rows.text_pair_column);
  chosen.label_column = table::choose_label_column(train, request.rows.label_column);
  chosen.all_train = complete_rows(train, chosen, request.rows.strict);
  choose_evaluation(splits, request, chosen);
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
  TrainingRows columns;
  columns.text_columns = table::choose_text_columns(rows, request.rows.text_column, request.rows.text_pair_column);
  columns.label_column = table::choose_label_column(rows, request.rows.label_column);
  Rows chosen = complete_rows(rows, columns, request.rows.strict);
  if (request.sample.validation_split > 0) {
    chosen =
        table::stratified_split(chosen, columns.label_column, request.sample.validation_split, request.seed).second;
    name = "held-out";
  }
  chosen = shuffled_and_cut(chosen, request.sample.shuffle_seed, request.sample.max_eval_samples);
  if (chosen.empty()) throw Error(ErrorKind::kInput, "there is no complete row to evaluate on");
  return {chosen, name, columns.text_columns, columns.label_column};
}

}  // namespace hone::task
