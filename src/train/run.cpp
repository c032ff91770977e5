// Puts a run together: rows, labels, model, ids, plan; then the trainer; then the final folder.
#include "train/run.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "model/families.h"
#include "model/load.h"
#include "model/parameters.h"
#include "model/save.h"
#include "options/json.h"
#include "options/parse.h"
#include "task/row_findings.h"
#include "task/splits.h"
#include "tensor/compute.h"
#include "train/advice.h"
#include "train/checkpoint.h"
#include "train/model_card.h"
#include "train/output_folder.h"
#include "train/run_reporter.h"

namespace hone::train {

namespace {

// What a run works on, made in the order of the members.
struct Prepared {
  text::Tokenizer tokenizer;
  task::TrainingRows rows;
  model::LoadedClassifier loaded;
  size_t max_length = 0;
  task::Features train;
  std::optional<task::Features> evaluation;
};

task::SplitRequest split_request(const TrainOptions& options, const model::ModelConfig& config) {
  table::LabelSources labels{.model_names = config.labels(), .num_labels = options.num_labels};
  if (!options.id2label.empty()) labels.names = table::label_names_of_option(options.id2label);
  return {.rows = options.rows,
          .sample = options.sample,
          .train_file = options.train_file,
          .validation_file = options.validation_file,
          .test_file = options.test_file,
          .max_train_samples = options.max_train_samples,
          .needs_evaluation = options.eval_strategy != "no",
          .seed = options.seed,
          .labels = std::move(labels)};
}

std::vector<std::pair<std::string, std::string>> key_values(const std::vector<std::string>& overrides) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : overrides) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::kUsage, fmt::format("config_overrides \"{}\" is not KEY=VALUE", text),
                  "as in --config-overrides hidden_dropout_prob=0");
    }
    pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

model::LoadedClassifier load_model(const TrainOptions& options, const table::LabelMap& labels, const task::Task& task) {
  model::ClassifierRequest request;
  request.model_dir = options.model_name_or_path;
  request.id2label = labels.id2label();
  request.problem_type = task.problem_type;
  request.seed = options.seed;
  request.ignore_mismatched_sizes = options.ignore_mismatched_sizes;
  request.config_overrides = key_values(options.config_overrides);
  model::LoadedClassifier loaded = model::load_classifier(request);
  for (const std::string& line : {loaded.report.new_weights_line(), loaded.report.unused_weights_line()}) {
    if (!line.empty()) log_info("{}", line);
  }
  return loaded;
}

void check_vocabulary(const text::Tokenizer& tokenizer, const model::SequenceClassifier& model,
                      const std::filesystem::path& folder) {
  if (tokenizer.vocab_size() <= model.vocab_size()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: the tokenizer has {} tokens, the model's embedding only {}", folder.string(),
                          tokenizer.vocab_size(), model.vocab_size()),
              "the tokenizer belongs to another model: put the model's own tokenizer files into the folder");
}

size_t longest_row(const TrainOptions& options, const model::SequenceClassifier& model) {
  const int64_t longest = std::min(options.max_seq_length, model.max_length());
  if (longest < options.max_seq_length) {
    log_warning("max_seq_length is {}, but the model holds {} tokens: {} is used", options.max_seq_length,
                model.max_length(), longest);
  }
  return static_cast<size_t>(longest);
}

Prepared prepare(const TrainOptions& options, const task::Task& task) {
  text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  const model::ModelConfig config = model::ModelConfig::read(options.model_name_or_path);
  task::TrainingRows rows = task::choose_training_rows(split_request(options, config));
  model::LoadedClassifier loaded = load_model(options, rows.labels, task);
  check_vocabulary(tokenizer, *loaded.model, options.model_name_or_path);
  Prepared made{std::move(tokenizer), std::move(rows), std::move(loaded), 0, {}, {}};
  made.max_length = longest_row(options, *made.loaded.model);
  const auto features = [&](const table::Rows& part, const char* what) {
    task::Features result = task::tokenize_rows(made.tokenizer, part, made.rows.text_columns, made.max_length, what);
    result.labels = made.rows.labels.ids(part, made.rows.label_column);
    return result;
  };
  made.train = features(made.rows.train, "tokenizing training rows");
  if (made.rows.evaluation) made.evaluation = features(*made.rows.evaluation, "tokenizing evaluation rows");
  return made;
}

std::string label_counts(const Prepared& prepared, const std::vector<uint64_t>& counts) {
  std::string text;
  for (size_t id = 0; id < std::min<size_t>(counts.size(), 10); ++id) {
    text += fmt::format("{}{} ({})", id == 0 ? "" : ", ", prepared.rows.labels.id2label()[id], counts[id]);
  }
  return counts.size() > 10 ? fmt::format("{} and {} more", text, counts.size() - 10) : text;
}

std::string first_row(const Prepared& prepared) {
  std::string text = shortened(prepared.rows.train.text(0, prepared.rows.text_columns.text).value_or(""), 72);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("{} \"{}\"", prepared.rows.labels.id2label()[static_cast<size_t>(prepared.train.labels[0])], text);
}

void describe(const TrainOptions& options, const Prepared& prepared, const Plan& plan, const tensor::Compute& compute) {
  const task::Features& train = prepared.train;
  std::vector<uint64_t> counts(static_cast<size_t>(prepared.rows.labels.size()));
  for (const int64_t label : train.labels) ++counts[static_cast<size_t>(label)];
  log_info("rows      {} for training{}; {}", train.size(),
           prepared.evaluation
               ? fmt::format(", {} {} rows for evaluation", prepared.evaluation->size(), prepared.rows.evaluation_name)
               : "",
           label_counts(prepared, counts));
  log_info("first row {}", first_row(prepared));
  log_info("tokens    {} an epoch, {:.0f} a row", train.num_tokens(),
           static_cast<double>(train.num_tokens()) / static_cast<double>(train.size()));
  log_info("model     {} from {}, {} parameters", prepared.loaded.report.class_name,
           options.model_name_or_path.string(), model::num_parameters(*prepared.loaded.model));
  log_info("run       {} steps of {} rows, {} an epoch, {} warm-up; learning rate {} {}; seed {}", plan.total_steps,
           plan.batch_size * plan.accumulation, plan.steps_per_epoch, plan.schedule_length.warmup_steps,
           options.learning_rate, options.lr_scheduler_type, options.seed);
  log_info("machine   {}", tensor::describe(compute));
  const AdviceInputs inputs{options,
                            plan,
                            train,
                            prepared.rows.labels.id2label(),
                            counts,
                            prepared.max_length,
                            prepared.tokenizer.num_special_tokens(prepared.rows.text_columns.text_pair.has_value())};
  for (const std::string& note : advice(inputs)) log_warning("{}", note);
  for (const std::string& finding : task::row_findings(prepared.rows, train.labels)) log_warning("{}", finding);
}

// Names the options that differ from those the checkpoint was made with, where they change what is computed.
void compare_options(const TrainOptions& options, const std::filesystem::path& checkpoint) {
  TrainOptions now = options;
  TrainOptions before = options::read_options<TrainOptions>(checkpoint / kArgumentsFile).options;
  std::vector<std::string> changed;
  for (const std::string& name : options::differing(options::fields_of(before), options::fields_of(now))) {
    const bool harmless = name == "resume_from_checkpoint" || name == "overwrite_output_dir" || name == "output_dir" ||
                          name == "json_log" || name == "stop_after_steps" || name == "model_name_or_path" ||
                          name == "save_total_limit" || name == "report_to" || name == "logging_dir";
    if (!harmless) changed.push_back(name);
  }
  if (!changed.empty()) {
    log_warning("these options differ from the checkpoint's, so the run will not be the one it was: {}",
                fmt::join(changed, ", "));
  }
}

void write_model_files(const TrainOptions& options, const Prepared& prepared, const std::filesystem::path& folder) {
  model::save_model(*prepared.loaded.model, prepared.loaded.config, folder);
  prepared.tokenizer.save(folder);
  write_json(folder / kArgumentsFile, options::to_json(options));
}

void save_final(const TrainOptions& options, const Prepared& prepared, const Plan& plan, const Trainer& trainer,
                const task::Task& task) {
  write_model_files(options, prepared, options.output_dir);
  write_json(options.output_dir / kStateFile,
             to_json(trainer.state(), plan, trainer.best(), options.output_dir.string()));
  const ModelCardInputs card{options,
                             plan,
                             trainer.state().log_history,
                             prepared.loaded.report.class_name,
                             std::string(task.name),
                             prepared.rows.labels.id2label(),
                             prepared.rows.evaluation_name,
                             HONE_VERSION};
  write_file(options.output_dir / "README.md", model_card(card));
}

void tell_end(const TrainOptions& options, const Trainer& trainer, RunEnd end, std::optional<int64_t> best_step) {
  const RunState& state = trainer.state();
  const Json& summary = state.log_history.back();
  if (end == RunEnd::kStoppedEarly) {
    log_info("stopped early: {} has not improved for {} evaluations", best_metric(options).key,
             options.early_stopping_patience.value_or(0));
  }
  log_info("trained   {} steps in {}, {:.0f} tokens/s, mean loss {}", state.global_step,
           format_duration(summary.value("train_runtime", 0.0)), summary.value("train_tokens_per_second", 0.0),
           summary["train_loss"].is_number() ? fmt::format("{:.4f}", summary["train_loss"].get<double>()) : "none");
  if (best_step)
    log_info("best      step {}, {} {:.4f}", *best_step, best_metric(options).key, trainer.best().metric.value_or(0));
  log_info("saved     {}", options.output_dir.string());
  log_info("try it    hone predict --model {} --text \"...\"", options.output_dir.string());
}

// An evaluation row as a person sees it; long texts are cut.
Json described_row(const task::TrainingRows& rows, uint64_t row) {
  constexpr size_t kMostBytes = 4000;
  const auto text_of = [&](const std::string& column) {
    return shortened(rows.evaluation->text(row, column).value_or(""), kMostBytes);
  };
  Json json = {{"location", rows.evaluation->location(row)}, {"text", text_of(rows.text_columns.text)}};
  if (rows.text_columns.text_pair) json["text_pair"] = text_of(*rows.text_columns.text_pair);
  return json;
}

RunFacts facts_of(const Prepared& prepared, const task::Task& task, const tensor::Compute& compute) {
  RunFacts facts;
  facts.labels = prepared.rows.labels.id2label();
  facts.model_config = prepared.loaded.config.json();
  facts.describe_row = [&rows = prepared.rows](uint64_t row) { return described_row(rows, row); };
  facts.values = {{"model_class", prepared.loaded.report.class_name},
                  {"num_parameters", model::num_parameters(*prepared.loaded.model)},
                  {"task", std::string(task.name)},
                  {"labels", facts.labels},
                  {"device", compute.device.str()},
                  {"precision", compute.dtype == at::kBFloat16 ? "bf16" : "fp32"},
                  {"num_train_rows", prepared.train.size()},
                  {"num_eval_rows", prepared.evaluation ? Json(prepared.evaluation->size()) : Json()}};
  return facts;
}

TrainerInputs trainer_inputs(const TrainOptions& options, const Prepared& prepared, const task::Task& task,
                             RunReporter& reporter) {
  TrainerInputs inputs;
  inputs.model = prepared.loaded.model;
  inputs.train = &prepared.train;
  inputs.evaluation = prepared.evaluation ? &*prepared.evaluation : nullptr;
  inputs.task = &task;
  inputs.row_location = [&](uint64_t row) { return prepared.rows.train.location(row); };
  inputs.save_model = [&](const std::filesystem::path& folder) { write_model_files(options, prepared, folder); };
  inputs.observer = &reporter;
  return inputs;
}

bool is_to_be_resumed(RunEnd end) { return end != RunEnd::kFinished && end != RunEnd::kStoppedEarly; }

RunEnd train_in(const OutputFolder& output, const TrainOptions& options, const tensor::Compute& compute,
                RunReporter& reporter) {
  const task::Task& task = task::find_task("text-classification");
  const auto checkpoint = checkpoint_to_resume(options);
  Prepared prepared = prepare(options, task);
  prepared.loaded.model->set_compute(compute);
  const Plan plan = make_plan(options, static_cast<int64_t>(prepared.train.size()));
  describe(options, prepared, plan, compute);
  output.remove_replaced_run();
  reporter.begin(facts_of(prepared, task, compute), plan);
  Trainer trainer(trainer_inputs(options, prepared, task, reporter), options, plan);
  if (checkpoint) {
    compare_options(options, checkpoint->path);
    trainer.resume(checkpoint->path);
    log_info("resumed   {} at step {}", checkpoint->path.string(), trainer.state().global_step);
  }
  const RunEnd end = trainer.run();
  if (is_to_be_resumed(end)) {
    log_info("stopped at step {} of {}, saved in {}; go on with the same command and --resume-from-checkpoint true",
             trainer.state().global_step, plan.total_steps,
             checkpoint_path(options.output_dir, trainer.state().global_step).string());
    return end;
  }
  reporter.entered(RunPhase::kSaving);
  const auto best_step = trainer.load_best();
  save_final(options, prepared, plan, trainer, task);
  tell_end(options, trainer, end, best_step);
  return end;
}

}  // namespace

RunEnd run_training(const TrainOptions& options) {
  const InterruptGuard interrupts;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const OutputFolder output(options);
  RunReporter reporter(options, output.holds_earlier_run());
  try {
    const RunEnd end = train_in(output, options, compute, reporter);
    reporter.ended(end);
    return end;
  } catch (const std::exception& error) {  // noted in run.json; handled where all errors are
    reporter.failed(error.what());
    throw;
  }
}

}  // namespace hone::train
