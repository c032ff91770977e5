// The table of tasks. A new task needs a file pair, a row here and a fixture.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "corpus/noise_options.h"
#include "metric/report.h"
#include "model/config.h"
#include "options/given.h"
#include "task/language_options.h"
#include "task/options.h"
#include "task/task.h"

namespace hone::task {

// The options about targets, for all tasks. Each task reads the ones that it supports.
struct TaskOptions {
  RowOptions rows;
  std::string id2label;               // names by id; empty: found in the rows
  std::optional<int64_t> num_labels;  // unset: found in the rows
  double label_smoothing = 0;
  double focal_gamma = 0;
  std::vector<std::string> class_weights;  // see task/class_weights.h
  std::string regression_loss = "mse";
  bool standardize = false;       // of a regression: the model learns (target - mean) / standard deviation
  bool label_all_tokens = false;  // of token classification: every token of a word has its tag
  ContrastiveTaskOptions contrastive = {};
  WindowOptions windows = {};           // of a language model
  PromptOptions prompt = {};            // of a classification by a prompt
  corpus::MaskingOptions masking = {};  // of a masked language model
  FillMaskOptions fill_mask = {};
  corpus::NoiseOptions noise = {};  // of denoising
  Seq2SeqOptions seq2seq = {};      // of translation and summarization
};

// kTrain: the rows may decide what the targets are. kUseTrained: the trained model has decided it.
enum class Purpose { kTrain, kUseTrained };

struct TaskRow {
  std::string_view name;  // a name of kTaskNames
  std::string_view doc;
  std::string_view head;                         // the kind of the model's head
  std::string_view problem_type;                 // in config.json; empty if the head alone tells the task
  std::string_view pipeline_tag;                 // of the model card
  std::span<const metric::Metric> (*metrics)();  // all that it can have; which of them it has may depend on the rows
  AnswerForm form;
  std::unique_ptr<Task> (*make)(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);
  // What --calibrate can choose for it.
  std::span<const std::string_view> calibrations = {};
  // Names of the options that this task reads and some other task does not. Those of its answers are in `form`.
  std::span<const std::string_view> options;
  // How one tries the trained model; {} is its folder.
  std::string_view try_it = "hone predict --model {} --text \"...\"";
  // It learns from the blocks of corpora, not from rows (Task::text_examples).
  bool reads_text = false;
  // The most tokens of a row unless the user asks for more.
  size_t default_max_length = text::kNoLimit;
};

// Those on rows, and those on running text.
std::span<const TaskRow> tasks();
std::span<const TaskRow> text_tasks();

// A task of either kind. Error (kUnsupported): an unknown name; the hint has the nearest one.
const TaskRow& find_task(std::string_view name);

// The tasks that ask a language model as it is: a command needs their name. The same error.
std::span<const TaskRow> language_tasks();
const TaskRow& find_language_task(std::string_view name);

// Returns true if the model's class has the head of a task.
bool has_head(const model::ModelConfig& config);

// The task of a trained model: its head and its problem_type decide.
const TaskRow& trained_task(const model::ModelConfig& config);

// The task to train for: `name` if it is not empty, else that of a model with a trained head, else the one that the
// columns of `rows` suggest (numbers with fractions: regression), with a note if that may surprise.
const TaskRow& choose_task(std::string_view name, const model::ModelConfig& config, const table::Rows& rows,
                           const RowOptions& options);

// The error of rows that a trained model's task refused with `error`. If the rows look like those of another task, it
// says so, with the command that trains for them.
Error with_task_of_rows(const Error& error, const TaskRow& of_model, const std::string& model_dir,
                        const table::Rows& rows, const RowOptions& options);

// Error (kUsage): the user gave an option that other tasks read, but not this one.
void check_task_options(const TaskRow& task, std::span<const options::GivenOption> given);

// Error (kUsage): the task has no such calibration. Accepts "none".
void check_calibration(const TaskRow& task, std::string_view name);

// The metrics of all tasks.
std::vector<metric::Metric> all_metrics();

}  // namespace hone::task
