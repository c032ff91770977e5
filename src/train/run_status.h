// run.json: how a run stands, written anew at its start, its end, when its phase changes, and every two seconds. To
// tell how the run goes must not end it: what cannot be written is said once, and the run goes on.
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
  // A run that begins now, by this process. `options` are all options of the run.
  RunStatus(const std::filesystem::path& output_dir, const Json& options);

  // Sets keys of run.json that do not change any more, as "labels".
  void describe(const Json& facts);
  void set_plan(int64_t total_steps, double num_train_epochs);
  void set_best(const std::string& metric, const BestSoFar& best);

  // Where the training goes on from, whose steps and tokens do not count into the speed.
  void start_at(int64_t step, int64_t num_tokens);
  void advance(int64_t step, double epoch, int64_t num_tokens);
  void enter(RunPhase phase);

  // Writes if it is time: two seconds after the last time, and soon after a change of phase.
  void beat();
  // Writes now and syncs: the state is "running", "finished", "stopped", "interrupted" or "failed".
  void write_state(std::string_view state, const std::string& error = "");

 private:
  using Clock = std::chrono::steady_clock;

  // Tokens and training time at some moment, to tell the speed since then.
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
  Json facts_;  // from "format" to "started_at", and what describe() adds
  Json options_, best_, error_;
  std::string state_ = "running";
  RunPhase phase_ = RunPhase::kPreparing;
  int64_t step_ = 0, total_steps_ = 0, start_step_ = 0, num_tokens_ = 0;
  double epoch_ = 0, num_train_epochs_ = 0;
  double training_seconds_ = 0;  // before the phase that lasts
  Clock::time_point phase_start_, start_, last_write_;
  Mark first_, older_, newer_;
  bool is_changed_ = false, has_warned_ = false;
};

}  // namespace hone::train
