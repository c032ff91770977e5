// Events of the loop to files.
#include "train/run_reporter.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "options/json.h"
#include "train/evaluation_file.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

std::string_view state_of(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
    case RunEnd::kStoppedEarly:
      return "finished";
    case RunEnd::kStoppedAfterSteps:
    case RunEnd::kStoppedOnRequest:
      return "stopped";
    case RunEnd::kInterrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

RunReporter::RunReporter(const TrainOptions& options, bool holds_earlier_run)
    : options_(options),
      best_metric_(best_metric(options).key),
      status_(options.output_dir, options::to_json(options)),
      stop_(options.output_dir),
      metrics_(options.output_dir / kMetricsFile),
      is_visible_(!holds_earlier_run) {
  status_.describe({{"model", options.model_name_or_path.string()}});
  if (is_visible_) status_.write_state("running");
}

void RunReporter::begin(RunFacts facts, const Plan& plan) {
  facts_ = std::move(facts);
  plan_ = &plan;
  status_.describe(facts_.values);
  status_.set_plan(plan.total_steps, options_.num_train_epochs);
  is_visible_ = true;
  status_.write_state("running");
}

void RunReporter::started(const RunState& state, const BestSoFar& best) {
  status_.start_at(state.global_step, state.num_input_tokens_seen);
  status_.advance(state.global_step, plan_->epoch_at(state.global_step), state.num_input_tokens_seen);
  status_.set_best(best_metric_, best);
  attempt("metrics", [&] { metrics_.write_anew(state); });
  remove_unlogged_evaluations(options_.output_dir, state.log_history);
  if (reports_to_tensorboard(options_)) {
    attempt("tensorboard", [&] {
      tensorboard_ = std::make_unique<TensorBoardLog>(tensorboard_folder(options_), options::to_json(options_),
                                                      facts_.model_config, state.global_step);
    });
  }
  status_.enter(RunPhase::kTraining);
}

void RunReporter::entered(RunPhase phase) { status_.enter(phase); }

void RunReporter::advanced(const RunState& state) {
  status_.advance(state.global_step, plan_->epoch_at(state.global_step), state.num_input_tokens_seen);
}

void RunReporter::logged(const RunState& state) {
  attempt("metrics", [&] { metrics_.add_last(state); });
  if (!tensorboard_) return;
  if (!attempt("tensorboard", [&] { tensorboard_->add(state.log_history.back()); })) tensorboard_.reset();
}

void RunReporter::evaluated(const eval::EvaluationResult& result, const RunState& state, const BestSoFar& best) {
  status_.set_best(best_metric_, best);
  attempt("evaluations", [&] {
    write_evaluation(options_.output_dir, {.step = state.global_step,
                                           .epoch = plan_->epoch_at(state.global_step),
                                           .result = result,
                                           .labels = facts_.labels,
                                           .describe_row = facts_.describe_row});
  });
}

bool RunReporter::wants_stop() {
  status_.beat();
  return stop_.is_requested();
}

void RunReporter::ended(RunEnd end) {
  status_.write_state(state_of(end));
  stop_.remove();
}

void RunReporter::failed(std::string message) {
  message.resize(std::min(message.size(), message.find("\nException raised from")));  // libtorch's call stack
  if (is_visible_) status_.write_state("failed", message);
  stop_.remove();
}

bool RunReporter::attempt(const char* what, const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const Error& error) {
    if (failed_.insert(what).second) log_warning("{}; the run goes on without", error.what());
    return false;
  }
}

}  // namespace hone::train
