// The order is fixed: choose the splits, let the task skip rows that it cannot use, hold out, shuffle, take the first
// rows.
#include "task/splits.h"

#include <fmt/ranges.h>

#include <span>
#include <tuple>

#include "base/error.h"
#include "base/log.h"
#include "table/parallel_lines.h"
#include "table/read.h"
#include "table/selection.h"

namespace hone::task {

namespace {

using table::Rows;

std::vector<std::filesystem::path> as_paths(const std::vector<std::string>& files) {
  return {files.begin(), files.end()};
}

std::vector<std::string> names_of(const Splits& splits) {
  std::vector<std::string> names;
  names.reserve(splits.size());
  for (const auto& [name, rows] : splits) names.push_back(name);
  return names;
}

Rows shuffled_and_cut(Rows rows, std::optional<uint64_t> shuffle_seed, std::optional<int64_t> most) {
  if (shuffle_seed) rows = rows.shuffle(*shuffle_seed);
  return most ? rows.take(static_cast<uint64_t>(*most)) : rows;
}

// Sets the evaluation rows and their name, unless a later step holds them out of the training rows.
void choose_evaluation(const Splits& splits, const SplitRequest& request, TrainingRows& chosen) {
  if (splits.contains("validation")) {
    chosen.evaluation_name = "validation";
    chosen.evaluation = splits.at("validation");
    if (request.sample.validation_split > 0) {
      log_info("the data set has validation rows: validation_split is not used");
    }
  } else if (request.sample.validation_split > 0) {
    chosen.evaluation_name = "held-out";
  } else if (splits.contains("test") && !request.evaluated_by.empty()) {
    chosen.evaluation_name = "test";
    chosen.evaluation = splits.at("test");
    log_warning(
        "there are no validation rows, so test rows evaluate the training: a model that is chosen by them looks better "
        "on them than on new text (--validation-split 0.1 holds training rows out instead)");
  } else if (!request.evaluated_by.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("there are no rows to evaluate on, which --{} needs", request.evaluated_by),
                "give --validation-split 0.1 (a share of the training rows) or --validation-file FILE");
  }
}

// The rows of a data set may be given without labels.
bool lacks_column(const Rows& rows, const Rows& train) {
  for (const std::string& name : train.column_names()) {
    if (rows.has_column(name)) continue;
    log_info("the test rows lack the column \"{}\" of the training rows, so they are not evaluated", name);
    return true;
  }
  return false;
}

void choose_test(const Splits& splits, const SplitRequest& request, TrainingRows& chosen) {
  const auto test = splits.find("test");
  if (test == splits.end() || !request.takes_test || chosen.evaluation_name == "test") return;
  const bool is_given = !request.test_file.empty();
  if (!is_given && (chosen.evaluation_name.empty() || lacks_column(test->second, chosen.all_train))) return;
  chosen.test = test->second;
}

// Lets the task adopt the chosen splits, and holds evaluation rows out.
void adopt(const SplitRequest& request, Task& task, TrainingRows& chosen) {
  std::vector<table::LabelledSplit> splits;
  splits.reserve(3);
  splits.push_back({"training", chosen.all_train});
  if (chosen.evaluation) splits.push_back({chosen.evaluation_name, *chosen.evaluation});
  if (chosen.test) splits.push_back({"test", *chosen.test, /*decides_labels=*/false});
  task.adopt(splits);
  chosen.all_train = splits.front().rows;
  if (chosen.evaluation) chosen.evaluation = splits[1].rows;
  if (chosen.test) chosen.test = splits.back().rows;
  if (chosen.evaluation || chosen.evaluation_name.empty() || chosen.all_train.empty()) return;
  std::tie(chosen.all_train, chosen.evaluation) = table::stratified_split(
      chosen.all_train, task.strata(chosen.all_train), request.sample.validation_split, request.seed);
}

struct GivenFiles {
  const char* split;
  std::vector<std::string> files, targets;
};

void check_target_files(const SplitRequest& request) {
  if (!request.validation_target_file.empty() && request.validation_file.empty()) {
    throw Error(ErrorKind::kUsage, "validation_target_file is given without validation_file",
                "--validation-file names the file whose lines belong to it");
  }
  if (request.target_file.empty() || !request.train_file.empty() || !request.rows.dataset.empty()) return;
  throw Error(ErrorKind::kUsage, "target_file is given without the texts",
              "give --dataset FILE; or give --train-file FILE");
}

}  // namespace

Splits read_splits(const SplitRequest& request) {
  Splits splits;
  if (!request.rows.dataset.empty() && (request.target_file.empty() || !request.train_file.empty())) {
    splits = table::read_dataset(request.rows.dataset, request.rows.dataset_config_name).rows;
  } else if (!request.rows.dataset.empty()) {
    splits["train"] = table::read_parallel_lines(std::vector{request.rows.dataset}, as_paths(request.target_file));
  }
  check_target_files(request);
  const GivenFiles given[] = {{"train", request.train_file, request.target_file},
                              {"validation", request.validation_file, request.validation_target_file},
                              {"test", request.test_file, {}}};
  for (const auto& [name, files, targets] : given) {
    if (files.empty()) continue;
    splits.insert_or_assign(name, targets.empty() ? table::read_rows(as_paths(files))
                                                  : table::read_parallel_lines(as_paths(files), as_paths(targets)));
  }
  if (splits.empty()) {
    throw Error(ErrorKind::kUsage, "no rows were named", "give --dataset FILE_OR_FOLDER; or give --train-file FILE");
  }
  return splits;
}

const Rows& split_named(const Splits& splits, const std::string& name) {
  const auto found = splits.find(name);
  if (found != splits.end()) return found->second;
  throw Error(ErrorKind::kInput, fmt::format("the data set has no split \"{}\"", name),
              fmt::format("it has: {}", fmt::join(names_of(splits), ", ")));
}

bool leaves_test_rows(const Splits& splits, const SplitRequest& request) {
  return splits.contains("test") && (splits.contains("validation") || request.sample.validation_split > 0);
}

TrainingRows choose_training_rows(const Splits& splits, const SplitRequest& request, Task& task) {
  TrainingRows chosen;
  chosen.all_train = split_named(splits, "train");
  choose_evaluation(splits, request, chosen);
  choose_test(splits, request, chosen);
  adopt(request, task, chosen);
  const SampleOptions& sample = request.sample;
  chosen.train = shuffled_and_cut(chosen.all_train, sample.shuffle_seed, request.max_train_samples);
  if (chosen.evaluation) {
    chosen.evaluation = shuffled_and_cut(*chosen.evaluation, sample.shuffle_seed, sample.max_eval_samples);
  }
  if (chosen.test && chosen.test->empty()) {
    log_info("no test row has text and label, so the test rows are not evaluated");
    chosen.test.reset();
  }
  if (chosen.train.empty()) throw Error(ErrorKind::kInput, "there is no complete row to train on");
  if (chosen.evaluation && chosen.evaluation->empty()) {
    throw Error(ErrorKind::kInput, fmt::format("there is no complete {} row to evaluate on", chosen.evaluation_name));
  }
  return chosen;
}

table::LabelledSplit choose_evaluation_rows(const Splits& splits, const SplitRequest& request, const std::string& split,
                                            Task& task) {
  const bool takes_held_out = request.sample.validation_split > 0;
  std::string name = split;
  for (const char* candidate : {"validation", "test", "train"}) {
    if (name.empty() && splits.contains(candidate)) name = candidate;
  }
  if (takes_held_out && split.empty()) name = "train";
  table::LabelledSplit chosen{name, name.empty() ? splits.begin()->second : split_named(splits, name)};
  task.adopt(std::span(&chosen, 1));
  if (takes_held_out) {
    chosen.rows =
        table::stratified_split(chosen.rows, task.strata(chosen.rows), request.sample.validation_split, request.seed)
            .second;
    chosen.name = "held-out";
  }
  chosen.rows = shuffled_and_cut(chosen.rows, request.sample.shuffle_seed, request.sample.max_eval_samples);
  if (chosen.rows.empty()) throw Error(ErrorKind::kInput, "there is no complete row to evaluate on");
  return chosen;
}

}  // namespace hone::task
