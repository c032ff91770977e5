#include "train/run_reporter.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
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
    case RunEnd::kAbandoned:
      return "stopped";
    case RunEnd::kInterrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

RunReporter::RunReporter(RunRequest request, bool holds_earlier_run)
    : request_(std::move(request)),
      status_(request_.output_dir, request_.options),
      stop_(request_.output_dir),
      metrics_(request_.output_dir / kMetricsFile),
      is_visible_(!holds_earlier_run) {
  status_.describe({{"model", request_.model}});
  if (is_visible_) status_.write_state("running");
}

void RunReporter::begin(RunFacts facts, const Plan& plan) {
  facts_ = std::move(facts);
  plan_ = &plan;
  status_.describe(facts_.values);
  status_.set_plan(plan.total_steps, request_.num_train_epochs);
  is_visible_ = true;
  status_.write_state("running");
}

void RunReporter::started(const RunState& state, const BestSoFar& best) {
  status_.start_at(state.global_step, state.num_input_tokens_seen);
  status_.advance(state.global_step, plan_->epoch_at(state.global_step), state.num_input_tokens_seen);
  status_.set_best(plan_->best.key, best);
  attempt("metrics", [&] { metrics_.write_anew(state); });
  remove_unlogged_evaluations(request_.output_dir, state.log_history);
  if (request_.events_folder) {
    attempt("tensorboard", [&] {
      tensorboard_ = std::make_unique<TensorBoardLog>(*request_.events_folder, request_.options, facts_.model_config,
                                                      state.global_step);
    });
  }
  status_.enter(RunPhase::kTraining);
}

void RunReporter::entered(RunPhase phase) { status_.enter(phase); }

void RunReporter::advanced(const RunState& state) {
  status_.advance(state.global_step, plan_->epoch_at(state.global_step), state.num_input_tokens_seen);
  status_.beat();
}

void RunReporter::logged(const RunState& state) {
  attempt("metrics", [&] { metrics_.add_last(state); });
  if (!tensorboard_) return;
  if (!attempt("tensorboard", [&] { tensorboard_->add(state.log_history.back()); })) tensorboard_.reset();
}

void RunReporter::evaluated(const metric::Report& report, const RunState& state, const BestSoFar& best) {
  status_.set_best(plan_->best.key, best);
  attempt("evaluations", [&] {
    write_evaluation(request_.output_dir,
                     {.step = state.global_step, .epoch = plan_->epoch_at(state.global_step), .report = report});
  });
}

void RunReporter::beat() { status_.beat(); }

bool RunReporter::wants_stop() { return stop_.is_requested(); }

void RunReporter::ended(RunEnd end) {
  status_.write_state(state_of(end));
  stop_.remove();
}

void RunReporter::failed(const std::exception& error) {
  std::string message = error.what();
  message.resize(std::min(message.size(), message.find("\nException raised from")));  // libtorch's call stack
  const auto* const own = dynamic_cast<const Error*>(&error);
  if (is_visible_) status_.write_state("failed", message, own != nullptr ? own->hint() : "");
  stop_.remove();
}

void RunReporter::withdraw() {
  std::error_code error;
  if (is_visible_) std::filesystem::remove(request_.output_dir / kRunFile, error);
  stop_.remove();
}

bool RunReporter::attempt(const char* what, const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const Error& error) {
    if (failed_.insert(what).second) log_warning("{}; the run continues without it", error.what());
    return false;
  }
}

}  // namespace hone::train
