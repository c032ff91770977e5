// The rows that text classification takes, together with the task that adopted them.
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "task/splits.h"
#include "task/tasks.h"

namespace hone {

struct ChosenRows : task::TrainingRows {
  std::unique_ptr<task::Task> task;
  std::vector<std::string> labels() const { return task->facts()["labels"].get<std::vector<std::string>>(); }
};

struct ChosenSplit : table::LabelledSplit {
  std::unique_ptr<task::Task> task;
};

inline std::unique_ptr<task::Task> text_classification(const task::RowOptions& rows, const std::string& id2label = "") {
  return task::find_task("text-classification")
      .make({.rows = rows, .id2label = id2label}, model::ModelConfig(), task::Purpose::kTrain);
}

inline ChosenRows training_rows(const task::SplitRequest& request, const std::string& id2label = "") {
  auto task = text_classification(request.rows, id2label);
  task::TrainingRows rows = task::choose_training_rows(task::read_splits(request), request, *task);
  return {std::move(rows), std::move(task)};
}

// `labels`: those of the trained model; empty: two without a name.
inline ChosenSplit evaluation_rows(const task::SplitRequest& request, const std::string& split,
                                   const std::vector<std::string>& labels = {}) {
  model::ModelConfig config;
  if (!labels.empty()) config.set_labels(labels);
  auto task =
      labels.empty()
          ? text_classification(request.rows)
          : task::find_task("text-classification").make({.rows = request.rows}, config, task::Purpose::kUseTrained);
  table::LabelledSplit rows = task::choose_evaluation_rows(task::read_splits(request), request, split, *task);
  return {std::move(rows), std::move(task)};
}

}  // namespace hone
