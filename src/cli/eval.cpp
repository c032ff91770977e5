// hone eval: measures a trained model on labelled rows.
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/log.h"
#include "cli/eval_options.h"
#include "cli/library.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
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

EvaluatedRows evaluated_rows(const task::SplitRequest& request, const EvalOptions& options,
                             const eval::TrainedModel& trained, task::Task& task) {
  const task::Splits splits = task::read_splits(request);
  try {
    table::LabelledSplit split = task::choose_evaluation_rows(splits, request, options.split, task);
    auto examples =
        task.examples(split.rows, split.name + " rows",
                      {trained.tokenizer, trained.model->vocab_size(), trained.max_length, trained.long_text});
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

uint64_t num_tokens(const task::Examples& examples) {
  uint64_t count = 0;
  for (uint64_t row = 0; row < examples.size(); ++row) count += examples.length(row);
  return count;
}

std::string as_json(const eval::Evaluated& evaluated, const task::Task& task, const task::Examples& examples) {
  Json json = metric::report_json(evaluated.report);
  json.update(task.facts());
  json["targets"] = evaluated.report.num_targets;
  json["tokens"] = num_tokens(examples);
  json["runtime"] = evaluated.seconds;
  json["tokens_per_second"] = static_cast<double>(num_tokens(examples)) / evaluated.seconds;
  return json.dump() + "\n";
}

}  // namespace

int run_eval(const options::Parsed<EvalOptions>& parsed) {
  const EvalOptions& options = parsed.options;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const model::ModelFolder folder{options.model.model_name_or_path, options.model.base_model};
  const task::TaskRow* const language = options.task.empty() ? nullptr : &task::find_language_task(options.task);
  task::check_task_options(language != nullptr ? *language : task::trained_task(model::read_config(folder)),
                           options::given_options(parsed));
  const eval::TrainedModel trained =
      eval::load_trained_model(folder, {options.model.max_seq_length, options.model.long_text, language});
  trained.model->set_compute(compute);
  const double smoothing = options.label_smoothing_factor.value_or(trained.training.label_smoothing.value_or(0));
  task::TaskOptions task_options = eval::task_options(options.rows, trained.training);
  task_options.label_smoothing = smoothing;
  task_options.windows = options.windows;
  const auto task = trained.task_row->make(task_options, trained.config, task::Purpose::kUseTrained);
  const uint64_t seed = options.seed.value_or(trained.training.seed.value_or(42));
  const task::SplitRequest request{.rows = options.rows, .sample = options.sample, .seed = seed};
  const auto [split, examples] = evaluated_rows(request, options, trained, *task);
  log_info("evaluating {} with {}", counted(split.rows.size(), split.name + " row"),
           options.model.model_name_or_path.string());
  warn_of_training_rows(trained.training, options, split.name);
  for (const std::string& note : examples->input_notes()) log_warning("{}", note);
  if (smoothing > 0) log_info("the loss has the label smoothing {}", smoothing);
  const auto result =
      eval::evaluate(*trained.model, *examples,
                     {.batch_size = options.per_device_eval_batch_size, .bootstrap = bootstrap_options(options, seed)});
  // NOLINTBEGIN(bugprone-unchecked-optional-access): no interrupt stops this evaluation, so there is a result
  eval::check_finite(result->report, *examples);
  print(options.json ? as_json(*result, *task, *examples) : metric::report_text(result->report));
  // NOLINTEND(bugprone-unchecked-optional-access)
  return 0;
}

}  // namespace hone::cli
