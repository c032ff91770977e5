#include "train/run.h"

#include <nlohmann/json.hpp>

#include <cstdio>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "eval/evaluate.h"
#include "model/load.h"
#include "options/json.h"
#include "task/samples.h"
#include "train/adapting.h"
#include "train/advice.h"
#include "train/describe.h"
#include "train/kept_prefixes.h"
#include "train/model_card.h"
#include "train/output_folder.h"
#include "train/prepare.h"
#include "train/resume.h"
#include "train/run_text.h"
#include "train/tensorboard.h"
#include "train/test_rows.h"
#include "train/unfreezing.h"

namespace hone::train {

namespace {

OutputRequest output_request(const TrainOptions& options) {
  return {options.output_dir, options.model_name_or_path, options.overwrite_output_dir, options.resume_from_checkpoint};
}

RunRequest run_request(const TrainOptions& options) {
  RunRequest request{options.output_dir, options.model_name_or_path.string(), options::to_json(options),
                     options.num_train_epochs, std::nullopt};
  if (reports_to_tensorboard(options.report_to)) {
    request.events_folder = tensorboard_folder(options.output_dir, options.logging_dir);
  }
  return request;
}

// Trains more parameters when the schedule says so. Returns whether it does.
bool unfreeze(Unfreezing& unfreezing, int64_t step, Prepared& prepared, std::optional<KeptPrefixes>& kept) {
  std::optional<Freezing> freezing = unfreezing.advance(step);
  if (!freezing) return false;
  prepared.freezing = std::move(*freezing);
  const std::string frozen = prepared.freezing.described();
  log_info("unfrozen  at step {}: {} parameters are trained{}", step, prepared.freezing.num_trained,
           frozen.empty() ? "" : fmt::format("; still frozen: {}", frozen));
  if (kept) kept->renew();
  return true;
}

TrainerInputs trainer_inputs(const TrainOptions& options, const Prepared& prepared, RunObserver& observer) {
  TrainerInputs inputs;
  inputs.model = prepared.loaded.model;
  inputs.train = prepared.train.get();
  inputs.evaluation = prepared.evaluation.get();
  inputs.save_model = [&prepared, json = Json(options::to_json(options))](const std::filesystem::path& folder) {
    write_model_files(prepared, json, folder);
  };
  inputs.restore_model = [&prepared](const std::filesystem::path& folder) { restore_model_files(prepared, folder); };
  inputs.output_dir = options.output_dir;
  inputs.json_log = options.json_log;
  inputs.log_style = options.log_style;
  inputs.observer = &observer;
  return inputs;
}

void log_start(const TrainOptions& options, const Prepared& prepared, const Plan& plan,
               const tensor::Compute& compute) {
  for (const std::string& line : described_start(options.model_name_or_path.string(), prepared, plan, compute))
    log_info("{}", line);
  const task::Examples& train = *prepared.train;
  for (const std::vector<std::string>& warnings :
       {advice({options, plan, train, prepared.max_length, prepared.loaded.report.from_config_only}), train.findings(),
        prepared.task->findings(prepared.rows)}) {
    for (const std::string& warning : warnings) log_warning("{}", warning);
  }
}

// Chooses temperature or thresholds on the evaluation rows, and changes model and task. Returns what was chosen, or an
// empty text if that is impossible.
std::string calibrate(const TrainOptions& options, const Plan& plan, Prepared& prepared) {
  const auto result = eval::evaluate(*prepared.loaded.model, *prepared.evaluation,
                                     {.batch_size = plan.eval_batch_size, .calibrate = options.calibrate});
  const std::optional<task::Calibration>& chosen = result->calibration;
  const std::string problem = chosen ? chosen->problem
                                     : fmt::format("the model gave {} of {} rows a score that is not a number",
                                                   result->report.nonfinite.count, result->report.num_rows);
  if (!problem.empty()) {
    log_warning("no {} was chosen on the {} rows: {}", options.calibrate, prepared.rows.evaluation_name, problem);
    return "";
  }
  const std::vector<double> scale(static_cast<size_t>(prepared.loaded.model->num_outputs()), 1 / chosen->temperature);
  if (chosen->temperature != 1) prepared.loaded.model->rescale_outputs({scale, std::vector<double>(scale.size())});
  prepared.task->take_calibration(*chosen);
  prepared.task->write_config(prepared.loaded.config);
  log_info("calibrated on {}: {}", counted(result->report.num_rows, prepared.rows.evaluation_name + " row"),
           chosen->summary);
  return chosen->summary;
}

// Saves everything that the test rows cannot change.
void save_final(const TrainOptions& options, const Prepared& prepared, const Plan& plan, const Trainer& trainer) {
  const std::filesystem::path& folder = options.output_dir;
  write_model_files(prepared, options::to_json(options), folder);
  task::write_samples(folder, prepared.evaluation ? prepared.evaluation->samples() : std::vector<task::Sample>());
  write_json(folder / kStateFile, trainer_state_json(trainer.state(), plan, trainer.best(), folder.string()));
}

void save_card(const TrainOptions& options, const Prepared& prepared, const Plan& plan, const Trainer& trainer,
               const std::string& calibration, const std::optional<metric::Report>& test) {
  const ModelCardInputs card{options,
                             plan,
                             trainer.state().log_history,
                             prepared.loaded.report.class_name,
                             std::string(prepared.task_row->pipeline_tag),
                             prepared.task->card_phrase(),
                             prepared.rows.evaluation_name,
                             HONE_VERSION,
                             prepared.freezing.described(),
                             calibration,
                             test ? &*test : nullptr,
                             described_adapters(prepared.loaded),
                             prepared.loaded.adapter ? prepared.loaded.adapter->base_model : "",
                             prepared.loaded.config.labels().size()};
  write_file(options.output_dir / "README.md", model_card(card));
}

// Prints and writes what the saved model makes of the test rows. Returns nullopt if there are none, or after an
// interrupt.
std::optional<metric::Report> look_at_test_rows(const TrainOptions& options, const Prepared& prepared,
                                                const Plan& plan) {
  const std::filesystem::path results = options.output_dir / kTestResultsFile;
  std::filesystem::remove(results);  // of an earlier run
  if (!prepared.test) return std::nullopt;
  log_info("testing {} with the saved model", counted(prepared.test->size(), "row"));
  auto report = evaluate_test_rows(*prepared.loaded.model, *prepared.test, plan.eval_batch_size, options.seed);
  if (!report) {
    log_warning("interrupted: the model is saved, but the test rows were not evaluated (hone eval does it)");
    return std::nullopt;
  }
  write_json(results, test_results_json(*report));
  for (const std::string& line : described_test(*report, plan.metrics)) fmt::print("{}\n", line);
  std::fflush(stdout);
  return report;
}

bool is_to_be_resumed(RunEnd end) { return end != RunEnd::kFinished && end != RunEnd::kStoppedEarly; }

void finish(RunEnd end, const TrainOptions& options, Prepared& prepared, const Plan& plan, Trainer& trainer,
            RunReporter& reporter, KeptPrefixes& kept, const RunHooks& hooks) {
  if (end == RunEnd::kAbandoned) return;
  const std::string output_dir = options.output_dir.string();
  if (is_to_be_resumed(end)) {
    kept.keep_for_later();
    return log_info("{}", described_stop(plan, trainer.state(), output_dir));
  }
  reporter.entered(RunPhase::kSaving);
  const auto restored_step = trainer.load_best();
  if (hooks.trained) hooks.trained(*prepared.loaded.model, prepared.evaluation.get());
  const std::string calibration = options.calibrate == "none" ? "" : calibrate(options, plan, prepared);
  model::fold_output_scale(*prepared.loaded.model, prepared.loaded.config);
  save_final(options, prepared, plan, trainer);
  save_card(options, prepared, plan, trainer, calibration, std::nullopt);
  if (prepared.rows.evaluation_name == "test" && plan.best.chooses_model()) {
    log_warning("the test rows chose this model, so it looks better on them than on new text");
  }
  const auto test = look_at_test_rows(options, prepared, plan);
  if (test) save_card(options, prepared, plan, trainer, calibration, test);
  if (const std::string text = kept.described_end(); !text.empty()) log_info("{}", fact("frozen", text));
  for (const std::string& line : described_end(end, plan, trainer.state(), trainer.best(), restored_step, output_dir,
                                               prepared.task_row->try_it)) {
    log_info("{}", line);
  }
}

// Nothing in the folder changes before everything is read and checked, apart from run.json of a fresh run.
RunEnd train_in(const OutputFolder& output, const std::optional<CheckpointFolder>& checkpoint,
                const TrainOptions& options, std::span<const options::GivenOption> given,
                const tensor::Compute& compute, RunReporter& reporter, const RunHooks& hooks) {
  Prepared prepared = prepare(options, given, hooks.known_features, hooks.prefix_dir);
  if (checkpoint) check_targets(prepared.loaded.config, checkpoint->path);
  prepared.loaded.model->set_compute(compute);
  if (hooks.margins != nullptr) prepared.train->record_margins(hooks.margins);
  const Plan plan = make_plan(options, static_cast<int64_t>(prepared.train->size()), prepared.task->metrics());
  log_start(options, prepared, plan, compute);
  Unfreezing unfreezing(prepared.loaded, options, plan.steps_per_epoch);
  std::optional<KeptPrefixes> kept;
  RunObserver unobserved;
  ObserverPair observers(reporter, hooks.observer != nullptr ? *hooks.observer : unobserved);
  TrainerInputs inputs = trainer_inputs(options, prepared, observers);
  inputs.unfreeze = [&](int64_t step) { return unfreeze(unfreezing, step, prepared, kept); };
  Trainer trainer(std::move(inputs), plan);
  if (checkpoint) {
    trainer.resume(checkpoint->path);
    log_info("resumed   {} at step {}", checkpoint->path.string(), trainer.state().global_step);
  }
  output.remove_replaced_run();
  kept.emplace(options, prepared, hooks.prefix_dir.empty() ? options.output_dir : hooks.prefix_dir);
  if (const std::string text = kept->described_start(); !text.empty()) log_info("{}", fact("kept", text));
  reporter.begin(facts_of(prepared, compute), plan);
  kept->compute(trainer.next_rows(), [&reporter, &observers] {
    reporter.beat();
    return pending_interrupt() == 0 && !observers.wants_stop();
  });
  const RunEnd end = trainer.run();
  finish(end, options, prepared, plan, trainer, reporter, *kept, hooks);
  if (!hooks.prefix_dir.empty()) kept->keep_for_later();
  return end;
}

// Returns whether the error is a wrong option or a missing file, so that the run never began.
bool is_false_start(const std::exception& error) {
  const auto* const own = dynamic_cast<const Error*>(&error);
  return own != nullptr && (own->kind() == ErrorKind::kUsage || own->kind() == ErrorKind::kIo);
}

}  // namespace

RunEnd run_training(const TrainOptions& options, std::span<const options::GivenOption> given, const RunHooks& hooks) {
  check_run_options(options, given);
  const InterruptGuard interrupts;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const OutputFolder output(output_request(options));
  const std::optional<CheckpointFolder> checkpoint = output.checkpoint_to_resume();
  if (checkpoint) check_resumable(options, checkpoint->path);
  RunReporter reporter(run_request(options), output.holds_earlier_run());
  try {
    const RunEnd end = train_in(output, checkpoint, options, given, compute, reporter, hooks);
    reporter.ended(end);
    return end;
  } catch (const TokenizationInterrupted& stop) {
    log_info("{}: {}", stop.what(), stop.hint());
    reporter.withdraw();
    return RunEnd::kInterrupted;
  } catch (const std::exception& error) {  // the caller reports it
    output.is_new() && !reporter.has_begun() && is_false_start(error) ? reporter.withdraw() : reporter.failed(error);
    throw;
  }
}

}  // namespace hone::train
