// The table of tasks. A new task needs a file pair, a row here and a fixture.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "metric/report.h"
#include "model/config.h"
#include "task/options.h"
#include "task/task.h"

namespace hone::task {

// What the options say about targets, for every task; each reads what concerns it.
struct TaskOptions {
  RowOptions rows;
  std::string id2label;               // names by id; empty: found in the rows
  std::optional<int64_t> num_labels;  // unset: found in the rows
  double label_smoothing = 0;
};

// Whether rows may decide what the targets are, or the trained model has decided it.
enum class Purpose { kTrain, kUseTrained };

struct TaskRow {
  std::string_view name;  // of the pipeline of transformers
  std::string_view doc;
  std::string_view problem_type;                // in config.json
  std::span<const metric::Metric> (*metrics)();  // all that it can have; which of them it has may depend on the rows
  std::unique_ptr<Task> (*make)(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);
};

std::span<const TaskRow> tasks();

// Error (kUnsupported): an unknown name; the hint has the nearest one.
const TaskRow& find_task(std::string_view name);

}  // namespace hone::task
