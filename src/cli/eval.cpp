// hone eval: measures a trained model on labelled rows.
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/log.h"
#include "cli/eval_options.h"
#include "cli/library.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
#include "metric/beside.h"
#include "metric/report_output.h"
#include "model/adapter_folder.h"
#include "task/splits.h"
#include "task/tasks.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

// A measure on the rows of the training says nothing about new text.
// Held-out rows are those of the training only with its share and its seed.
void warn_of_training_rows(const eval::TrainingFacts& training, const EvalOptions& options, const std::string& split) {
  const bool is_held_out = options.sample.validation_split > 0;
  if (!eval::is_training_split(training, options.rows.dataset, is_held_out ? "train" : split)) return;
  if (is_held_out) {
    const bool is_that_of_training = options.sample.validation_split == training.validation_split &&
                                     (!options.seed || !training.seed || *options.seed == *training.seed);
    if (is_that_of_training) return;
    log_warning("the model was trained on some of these rows: its training held out {}",
                training.validation_split > 0 ? fmt::format("--validation-split {} with --seed {}",
                                                            training.validation_split, training.seed.value_or(42))
                                              : std::string("none of them"));
    return;
  }
  log_warning(
      "the model was trained on {}: its results on new text will be worse ({})",
      training.validation_split > 0 ? "most of these rows" : "these rows",
      training.validation_split > 0
          ? fmt::format("--validation-split {} takes the rows that its training held out", training.validation_split)
          : std::string("take rows that it has not seen"));
}

// The rows, and what the model reads of them.
struct EvaluatedRows {
  table::LabelledSplit split;
  std::unique_ptr<task::Examples> examples;
};

task::ExampleOptions example_options(const eval::TrainedModel& trained) {
  return {trained.tokenizer, trained.model->vocab_size(), trained.max_length, trained.long_text};
}

EvaluatedRows evaluated_rows(const task::SplitRequest& request, const EvalOptions& options,
                             const eval::TrainedModel& trained, task::Task& task) {
  const task::Splits splits = task::read_splits(request);
  try {
    table::LabelledSplit split = task::choose_evaluation_rows(splits, request, options.split, task);
    auto examples = task.examples(split.rows, split.name + " rows", example_options(trained));
    return {std::move(split), std::move(examples)};
  } catch (const Error& error) {
    if (!options.task.empty()) throw;
    throw task::with_task_of_rows(error, *trained.task_row, options.model.model_name_or_path.string(),
                                  splits.begin()->second, options.rows);
  }
}

std::optional<metric::BootstrapOptions> bootstrap_options(const EvalOptions& options, uint64_t seed) {
  if (!options.confidence) return std::nullopt;
  return metric::BootstrapOptions{*options.confidence, static_cast<uint32_t>(options.num_resamples), seed};
}

Json as_json(const eval::Evaluated& evaluated, const task::Task& task, const task::Examples& examples) {
  Json json = metric::report_json(evaluated.report);
  json.update(task.facts());
  json["targets"] = evaluated.report.num_targets;
  json["tokens"] = examples.num_tokens();
  json["runtime"] = evaluated.seconds;
  json["tokens_per_second"] = static_cast<double>(examples.num_tokens()) / evaluated.seconds;
  return json;
}

eval::Evaluated evaluated(const model::Model& model, const task::Examples& examples,
                          const eval::EvaluateOptions& options) {
  std::optional<eval::Evaluated> result = eval::evaluate(model, examples, options);
  check_internal(result.has_value(), "nothing stops this evaluation");
  eval::check_finite(result->report, examples);
  return std::move(*result);
}

// Without resamples: only which rows are right.
eval::EvaluateOptions rows_of_both(const EvalOptions& options) {
  return {.batch_size = options.per_device_eval_batch_size, .paired = metric::BootstrapOptions{.num_resamples = 0}};
}

const std::vector<bool>& right_rows(const eval::Evaluated& evaluated, const task::TaskRow& task) {
  if (evaluated.paired && !evaluated.paired->right.empty()) return evaluated.paired->right;
  throw Error(ErrorKind::kUsage, fmt::format("a row of {} is neither right nor wrong", task.name),
              "leave --beside out");
}

// The other model on the rows of the first one.
eval::Evaluated evaluated_beside(const EvalOptions& options, const tensor::Compute& compute,
                                 const table::LabelledSplit& rows) {
  eval::TrainedModel other = eval::load_trained_model(options.beside, {});
  other.model->set_compute(compute);
  const auto task = other.make_task(eval::task_options(options.rows, other.training));
  table::LabelledSplit split = rows;
  task->adopt(std::span(&split, 1));
  if (split.rows.size() != rows.rows.size()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} can be evaluated on {} of the {}", options.beside.string(), split.rows.size(),
                            counted(rows.rows.size(), "row")),
                "give rows that both models read, with --text-column and --label-column");
  }
  const auto examples = task->examples(split.rows, split.name + " rows", example_options(other));
  log_info("evaluating {} with {}", counted(split.rows.size(), split.name + " row"), options.beside.string());
  warn_of_training_rows(other.training, options, split.name);
  for (const std::string& note : examples->input_notes()) log_warning("{}", note);
  eval::Evaluated result = evaluated(*other.model, *examples, rows_of_both(options));
  right_rows(result, *other.task_row);
  return result;
}

// Adds the other model to the output.
void add_beside(const EvalOptions& options, const tensor::Compute& compute, const table::LabelledSplit& rows,
                const eval::TrainedModel& trained, const eval::Evaluated& result, Json& json, std::string& text) {
  const std::vector<bool>& right = right_rows(result, *trained.task_row);
  const eval::Evaluated other = evaluated_beside(options, compute, rows);
  const metric::BesideModel first{options.model.model_name_or_path.string(), result.report, right};
  const metric::BesideModel second{options.beside.string(), other.report, other.paired->right};
  json["beside"] = metric::beside_json(first, second);
  text += "\n" + metric::beside_text(first, second);
}

// The task that the user asks for in place of the model's own; null: none.
const task::TaskRow* asked_task(const std::string& name) {
  if (name.empty()) return nullptr;
  return name == task::kContrastiveTask ? &task::find_task(name) : &task::find_language_task(name);
}

eval::TrainedModel loaded_model(const options::Parsed<EvalOptions>& parsed) {
  const EvalOptions& options = parsed.options;
  const model::ModelFolder folder{options.model.model_name_or_path, options.model.base_model};
  const task::TaskRow* const language = asked_task(options.task);
  task::check_task_options(language != nullptr ? *language : task::trained_task(model::read_config(folder)),
                           options::given_options(parsed));
  task::TaskOptions asked{.rows = options.rows};
  asked.windows = options.windows;
  asked.prompt = options.prompt;
  return eval::load_trained_model(folder, {options.model.max_seq_length, options.model.long_text, language}, asked);
}

double smoothing_of(const EvalOptions& options, const eval::TrainingFacts& training) {
  return options.label_smoothing_factor.value_or(training.label_smoothing.value_or(0));
}

// A trained classifier's loss is that of its training; a language model's task is ready.
std::shared_ptr<task::Task> evaluated_task(const EvalOptions& options, const eval::TrainedModel& trained) {
  if (!options.task.empty()) return trained.task;
  task::TaskOptions task_options = eval::task_options(options.rows, trained.training);
  task_options.label_smoothing = smoothing_of(options, trained.training);
  task_options.seq2seq = options.seq2seq;
  return trained.make_task(task_options);
}

}  // namespace

int run_eval(const options::Parsed<EvalOptions>& parsed) {
  const EvalOptions& options = parsed.options;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const eval::TrainedModel trained = loaded_model(parsed);
  trained.model->set_compute(compute);
  const auto task = evaluated_task(options, trained);
  const uint64_t seed = options.seed.value_or(trained.training.seed.value_or(42));
  const task::SplitRequest request{
      .rows = options.rows, .sample = options.sample, .target_file = options.seq2seq.target_file, .seed = seed};
  const auto [split, examples] = evaluated_rows(request, options, trained, *task);
  log_info("evaluating {} with {}", counted(split.rows.size(), split.name + " row"),
           options.model.model_name_or_path.string());
  warn_of_training_rows(trained.training, options, split.name);
  for (const std::string& note : examples->input_notes()) log_warning("{}", note);
  if (const double smoothing = smoothing_of(options, trained.training); smoothing > 0) {
    log_info("the loss has the label smoothing {}", smoothing);
  }
  eval::EvaluateOptions evaluation{.batch_size = options.per_device_eval_batch_size};
  if (!options.beside.empty()) evaluation = rows_of_both(options);
  evaluation.bootstrap = bootstrap_options(options, seed);
  const eval::Evaluated result = evaluated(*trained.model, *examples, evaluation);
  Json json = as_json(result, *task, *examples);
  std::string text = metric::report_text(result.report);
  if (!options.beside.empty()) add_beside(options, compute, split, trained, result, json, text);
  print(options.json ? json.dump() + "\n" : text);
  return 0;
}

}  // namespace hone::cli
