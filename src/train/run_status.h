// Writes run.json, the state of a run: at its start, at its end, when its phase changes and every two seconds. If the
// file cannot be written, logs one warning; the run continues.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/json.h"
#include "train/run_observer.h"

namespace hone::train {

class RunStatus {
 public:
  // Describes a run that this process begins now. `options` are all options of the run.
  RunStatus(const std::filesystem::path& output_dir, const Json& options);

  // Sets keys of run.json that do not change later, such as "labels".
  void describe(const Json& facts);
  void set_plan(int64_t total_steps, double num_train_epochs);
  void set_best(const std::string& metric, const BestSoFar& best);

  // Sets where the training starts or resumes. The speed ignores earlier steps and tokens.
  void start_at(int64_t step, int64_t num_tokens);
  void advance(int64_t step, double epoch, int64_t num_tokens);
  void enter(RunPhase phase);

  // Writes if two seconds have passed since the last time, or soon after a change of phase.
  void beat();
  // Writes the file now and syncs it. The state is "running", "finished", "stopped", "interrupted" or "failed".
  void write_state(std::string_view state, const std::string& error = "", const std::string& hint = "");

 private:
  using Clock = std::chrono::steady_clock;

  // Tokens and training time at one moment, from which a speed is measured.
  struct Mark {
    int64_t num_tokens = 0;
    double seconds = 0;
  };

  Json document() const;
  void write(bool synced);
  double training_seconds() const;
  Json tokens_per_second(const Mark& since) const;
  Json seconds_left() const;

  std::filesystem::path path_;
  Json facts_;  // from "format" to "started_at", and the facts of describe()
  Json options_, best_, error_, hint_;
  std::string state_ = "running";
  RunPhase phase_ = RunPhase::kPreparing;
  int64_t step_ = 0, total_steps_ = 0, start_step_ = 0, num_tokens_ = 0;
  double epoch_ = 0, num_train_epochs_ = 0;
  double training_seconds_ = 0;  // before the current phase
  Clock::time_point phase_start_, start_, last_write_;
  Mark first_, older_, newer_;
  bool is_changed_ = false, has_warned_ = false;
};

}  // namespace hone::train
