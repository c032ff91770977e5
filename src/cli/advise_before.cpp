// hone advise before a training: reads the rows, compares checkpoints, measures real steps, and advises.
#include "cli/advise_before.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <span>

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
#include "train/kept_prefixes.h"
#include "train/measure.h"

namespace hone::cli {

namespace {

constexpr double kShareForOthers = 0.3;  // of the seconds for measuring, for each other way to train

bool has_evaluation(const AdviseOptions& options) {
  if (!options.validation_file.empty() || options.sample.validation_split > 0) return true;
  if (options.rows.dataset.empty()) return false;
  const QuietLog quiet;  // its notes are shown when the rows are read
  return table::dataset_files(options.rows.dataset, options.rows.dataset_config_name).contains("validation");
}

// Returns whether the user wants no rows to be held out, and gives none that evaluate.
bool is_unevaluated(const options::Parsed<AdviseOptions>& parsed) {
  const AdviseOptions& options = parsed.options;
  if (!parsed.provenance.is_set("validation_split") || has_evaluation(options) || !options.test_file.empty())
    return false;
  if (options.rows.dataset.empty()) return true;
  const QuietLog quiet;
  return !table::dataset_files(options.rows.dataset, options.rows.dataset_config_name).contains("test");
}

// Throws if --apply is one of the files with the rows.
void check_is_not_rows(const AdviseOptions& options) {
  const auto check = [&](const std::filesystem::path& file, std::string_view option) {
    check_is_not_input(options.apply, "--apply", file, option);
  };
  std::error_code error;
  if (!std::filesystem::exists(options.apply, error)) return;
  for (const std::string& file : options.train_file) check(file, "--train-file");
  for (const std::string& file : options.validation_file) check(file, "--validation-file");
  for (const std::string& file : options.test_file) check(file, "--test-file");
  if (options.rows.dataset.empty()) return;
  check(options.rows.dataset, "--dataset");
  for (const char* folder : {"", options.rows.dataset_config_name.c_str()}) {
    check(options.rows.dataset / folder / "dataset_info.json", "--dataset");
  }
  const QuietLog quiet;
  for (const auto& [split, files] : table::dataset_files(options.rows.dataset, options.rows.dataset_config_name)) {
    for (const std::filesystem::path& file : files) {
      check(file, "--dataset");
      check(file.parent_path() / "dataset_info.json", "--dataset");
    }
  }
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
  std::error_code error;
  if (std::filesystem::is_directory(options.apply, error)) check_is_free(options.apply, "--apply");
  check_is_not_rows(options);
  if (!options.overwrite) check_is_free(options.apply, "--apply");
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
advise::Before look(const options::Parsed<AdviseOptions>& parsed, train::TrainOptions& train) {
  const AdviseOptions& options = parsed.options;
  const bool holds_out = !has_evaluation(options) && !parsed.provenance.is_set("validation_split");
  const bool evaluates = !is_unevaluated(parsed);
  if (holds_out) train.sample.validation_split = advise::kHeldOutShare;
  train.eval_strategy = evaluates ? "epoch" : "no";
  const train::RunRows run = train::read_run_rows(train);
  const QuietLog quiet;  // its warnings are part of the advice
  train.task = std::string(run.task_row->name);
  advise::Before before;
  before.rows.task = *train.task;
  before.rows.num_train = run.rows.train.size();
  before.rows.num_evaluation = run.rows.evaluation ? run.rows.evaluation->size() : 0;
  before.rows.num_test = run.rows.test ? run.rows.test->size() : 0;
  before.rows.has_evaluation = evaluates && !holds_out;
  before.rows.is_unevaluated = !evaluates;
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

// Returns what the folder of the training may take of its disk, also if it does not exist yet.
uint64_t free_disk_for(const std::filesystem::path& output_dir) {
  std::filesystem::path folder = std::filesystem::absolute(output_dir);
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return train::free_disk_of(folder);
}

// Returns whether the training computes a frozen body once for each row.
bool keeps_body(const train::TrainOptions& options, const train::Prepared& prepared) {
  const train::CacheBudget budget =
      train::cache_budget(options.cache_budget, this_machine().available_memory(), free_disk_for(options.output_dir));
  return train::keeps_all_rows(prepared, budget);
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
  result.keeps_body = part == advise::TrainedPart::kHead && keeps_body(options, prepared);
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
                              const tensor::Compute& compute, std::span<const advise::Choice> given,
                              advise::Before& before) {
  const QuietLog quiet;
  const int64_t rows_per_step = advise::usual_batch(before.rows.num_train);
  advise::BatchPlan batch{.batch_size = rows_per_step};
  if (options.measure_seconds <= 0) return batch;
  const uint64_t limit = advise::usable_memory(before.memory_bytes);  // a batch that needs more is not run
  const train::MeasureLimits limits{options.measure_seconds, limit};
  const auto training_with = [&](const advise::BatchPlan& plan) {
    train::TrainOptions advised = train;
    apply_choices(advise::choose(before, plan, given), advised);
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
  advise::Before before = look(parsed, train);
  before.memory_bytes = memory;
  before.compute = tensor::describe(compute);
  if (!before.model().error.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: {}", before.model().folder, before.model().error));
  }
  const std::vector<advise::Choice> given = given_choices(parsed, train);
  const advise::BatchPlan batch = measure_all(options, train, compute, given, before);
  const advise::BeforeReport report = advise::report_before(before, batch, given, advise::choose(before, batch, given));
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
