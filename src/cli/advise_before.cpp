// hone advise before a training: reads the rows, compares checkpoints, measures real steps, and advises.
#include "cli/advise_before.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <set>

#include "advise/before_report.h"
#include "base/byte_size.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/output_path.h"
#include "base/quiet_log.h"
#include "base/shell.h"
#include "cli/advise_language.h"
#include "cli/advise_sample.h"
#include "cli/command.h"
#include "options/json.h"
#include "table/read.h"
#include "tensor/compute.h"
#include "train/measure.h"

namespace hone::cli {

namespace {

constexpr double kUsableMemory = 0.9;    // of what is free: a batch that needs more is not run
constexpr double kShareForOthers = 0.3;  // of the seconds for measuring, for each other way to train

bool has_evaluation(const AdviseOptions& options) {
  if (!options.validation_file.empty() || options.sample.validation_split > 0) return true;
  if (options.rows.dataset.empty()) return false;
  const QuietLog quiet;  // its notes are shown when the rows are read
  return table::dataset_files(options.rows.dataset, options.rows.dataset_config_name).contains("validation");
}

void check_output(const AdviseOptions& options) {
  if (options.apply.empty()) return;
  check_is_file(options.apply, "--apply");
  const std::filesystem::path folder = std::filesystem::absolute(options.apply).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--apply {}: there is no folder {}", options.apply.string(), folder.string()),
                "make the folder first, or give the name of a file in another one");
  }
  if (options.rows.dataset == options.apply) {
    check_is_not_input(options.apply, "--apply", options.rows.dataset, "--dataset");
  }
  for (const std::string& file : options.train_file) {
    check_is_not_input(options.apply, "--apply", file, "--train-file");
  }
  std::error_code error;
  if (!options.overwrite || std::filesystem::is_directory(options.apply, error)) {
    check_is_free(options.apply, "--apply");
  }
}

uint64_t memory_of(const AdviseOptions& options) {
  if (options.memory.empty()) return this_machine().available_memory();
  const auto bytes = parse_byte_size(options.memory);
  if (bytes && *bytes > 0) return *bytes;
  throw Error(ErrorKind::kUsage, fmt::format("memory \"{}\" is not a size", options.memory),
              "write it like --memory 8GB");
}

// The training with what the user chose.
train::TrainOptions given_training(const AdviseOptions& options) {
  train::TrainOptions train;
  train.model_name_or_path = options.model_name_or_path;
  train.base_model = options.base_model;
  train.rows = options.rows;
  train.train_file = options.train_file;
  train.validation_file = options.validation_file;
  train.test_file = options.test_file;
  train.task = options.task;
  train.id2label = options.id2label;
  train.sample = options.sample;
  train.max_train_samples = options.max_train_samples;
  train.output_dir = options.output_dir;
  train.compute = options.compute;
  return train;
}

// Returns what a recipe must repeat: model, task, output folder, and the other options that were given.
std::vector<advise::Choice> given_choices(const options::Parsed<AdviseOptions>& parsed,
                                          const train::TrainOptions& train) {
  train::TrainOptions copy = train;
  const options::FieldList list = options::fields_of(copy);
  const Json values = options::to_json(list);
  std::vector<advise::Choice> given;
  for (const options::Field& field : list.fields()) {
    const bool is_always = field.name == "task" || field.name == "output_dir";
    if (is_always || parsed.provenance.is_set(field.name)) {
      given.push_back(advise::given_choice(field.name, values[field.name]));
    }
  }
  return given;
}

// Sets the options of the choices as a config file would.
void apply_choices(std::span<const advise::Choice> choices, train::TrainOptions& train) {
  const options::FieldList list = options::fields_of(train);
  for (const advise::Choice& choice : choices) {
    options::assign_json(*list.find(choice.option), choice.value, choice.option);
  }
}

void set_labels(const train::RunRows& run, advise::RowsFacts& facts) {
  if (facts.task != task::kTextClassificationTask) return;
  const Json json = run.task->facts();
  if (!json.contains("labels")) return;
  for (const Json& name : json["labels"]) facts.classes.push_back({name.get<std::string>(), 0});
  for (const int64_t id : run.task->strata(run.rows.train)) ++facts.classes[static_cast<size_t>(id)].rows;
}

// Returns the adviser's view of rows and checkpoints.
advise::Before look(const AdviseOptions& options, train::TrainOptions& train) {
  const bool evaluates_given = has_evaluation(options);
  if (!evaluates_given) train.sample.validation_split = advise::kHeldOutShare;
  train.eval_strategy = "epoch";
  const train::RunRows run = train::read_run_rows(train);
  const QuietLog quiet;  // its warnings are part of the advice
  train.task = std::string(run.task_row->name);
  advise::Before before;
  before.rows.task = *train.task;
  before.rows.num_train = run.rows.train.size();
  before.rows.num_evaluation = run.rows.evaluation ? run.rows.evaluation->size() : 0;
  before.rows.num_test = run.rows.test ? run.rows.test->size() : 0;
  before.rows.has_evaluation = evaluates_given;
  set_labels(run, before.rows);
  const RowSample sample = sample_rows(run, options.rows, before.rows);
  before.rows.lengths = sampled_lengths(run.tokenizer, sample);
  before.checkpoints.push_back(
      look_at_checkpoint(options.model_name_or_path.string(), options.base_model.string(), *run.task_row, sample));
  for (const std::string& folder : options.models) {
    const auto is_same = [&](const advise::CheckpointFacts& row) { return row.folder == folder; };
    if (std::ranges::any_of(before.checkpoints, is_same)) continue;
    before.checkpoints.push_back(look_at_checkpoint(folder, "", *run.task_row, sample));
  }
  return before;
}

train::TrainOptions training_of(advise::TrainedPart part, train::TrainOptions train) {
  if (part == advise::TrainedPart::kAdapters) train.adapter.peft = train::kPeftNames[1];
  if (part == advise::TrainedPart::kHead) train.freeze = {"all-but-head"};
  return train;
}

// Runs steps of the training.
advise::Measured measure(advise::TrainedPart part, const train::TrainOptions& train, const tensor::Compute& compute,
                         const train::MeasureLimits& limits) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const train::TrainOptions options = training_of(part, train);
  const train::Prepared prepared = train::prepare(options);
  prepared.loaded.model->set_compute(compute);
  const train::Plan plan =
      train::make_plan(options, static_cast<int64_t>(prepared.train->size()), prepared.task->metrics());
  advise::Measured result{.part = part};
  result.prepare_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const train::MeasuredSteps steps = train::measure_steps(prepared, plan, limits);
  result.num_steps = steps.num_steps;
  result.epoch_seconds = steps.epoch_seconds;
  result.evaluation_seconds = steps.evaluation_seconds;
  result.test_seconds = steps.test_seconds;
  result.typical_tokens = steps.typical_tokens;
  result.typical_seconds = steps.typical_seconds;
  result.longest_tokens = steps.longest_tokens;
  result.longest_seconds = steps.longest_seconds;
  result.peak_bytes = steps.peak_bytes;
  result.is_extrapolated = steps.is_extrapolated;
  result.fixed_bytes = steps.fixed_bytes;
  result.bytes_per_token = steps.bytes_per_token;
  result.longest_row = steps.longest_row;
  result.keeps_body = part == advise::TrainedPart::kHead && prepared.loaded.model->num_frozen_layers().value_or(0) > 0;
  return result;
}

// Measures another way to train than `all`, whose reading and whose look at the test rows take as long.
advise::Measured measure_other(advise::TrainedPart part, train::TrainOptions train, const tensor::Compute& compute,
                               const train::MeasureLimits& limits, const advise::Measured& all) {
  train.test_at_end = false;
  try {
    advise::Measured result = measure(part, train, compute, limits);
    result.prepare_seconds = all.prepare_seconds;
    result.test_seconds = all.test_seconds;
    return result;
  } catch (const Error& error) {
    return {.part = part, .error = error.what()};
  }
}

// Measures the training with the advised values; with fewer rows at once, if they need too much memory.
advise::BatchPlan measure_all(const AdviseOptions& options, const train::TrainOptions& train,
                              const tensor::Compute& compute, advise::Before& before) {
  const QuietLog quiet;
  const int64_t rows_per_step = advise::usual_batch(before.rows.num_train);
  advise::BatchPlan batch{.batch_size = rows_per_step};
  if (options.measure_seconds <= 0) return batch;
  const auto limit = static_cast<uint64_t>(kUsableMemory * static_cast<double>(before.memory_bytes));
  const train::MeasureLimits limits{options.measure_seconds, limit};
  const auto training_with = [&](const advise::BatchPlan& plan) {
    train::TrainOptions advised = train;
    apply_choices(advise::choose(before, plan), advised);
    return advised;
  };
  advise::Measured all = measure(advise::TrainedPart::kAll, training_with(batch), compute, limits);
  const advise::BatchPlan fitting = advise::fitting_batch(all, rows_per_step, before.memory_bytes);
  if (fitting.batch_size != batch.batch_size || fitting.checkpointing) {
    batch = fitting;
    if (batch.fits) all = measure(advise::TrainedPart::kAll, training_with(batch), compute, limits);
  }
  before.measured.push_back(std::move(all));
  const train::MeasureLimits less{kShareForOthers * options.measure_seconds, limit};
  for (const auto part : {advise::TrainedPart::kAdapters, advise::TrainedPart::kHead}) {
    before.measured.push_back(measure_other(part, training_with(batch), compute, less, before.measured.front()));
  }
  return batch;
}

}  // namespace

int run_advise_before(const options::Parsed<AdviseOptions>& parsed) {
  const AdviseOptions& options = parsed.options;
  check_output(options);
  const uint64_t memory = memory_of(options);
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  train::TrainOptions train = given_training(options);
  advise::Before before = look(options, train);
  before.memory_bytes = memory;
  before.compute = tensor::describe(compute);
  if (!before.model().error.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: {}", before.model().folder, before.model().error));
  }
  const advise::BatchPlan batch = measure_all(options, train, compute, before);
  const advise::BeforeReport report =
      advise::report_before(before, batch, given_choices(parsed, train), advise::choose(before, batch));
  if (options.json) {
    print(advise::to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(advise::to_text(report, language_of(options.language), help_width()));
  }
  if (!options.apply.empty()) {
    const std::string command = "hone train --config " + shell_argument(options.apply.string());
    write_file(options.apply, advise::recipe_text(report, command));
    log_info("wrote the recipe {}; train with it: {}", options.apply.string(), command);
  }
  return 0;
}

}  // namespace hone::cli
