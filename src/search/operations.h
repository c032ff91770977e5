// The lines of Optuna's journal: compact JSON, one operation each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/trial.h"

namespace hone::search {

// The op_codes of Optuna 5's JournalStorage.
enum class Operation : int64_t {
  kCreateStudy = 0,
  kDeleteStudy = 1,
  kSetStudyUserAttribute = 2,
  kSetStudySystemAttribute = 3,
  kCreateTrial = 4,
  kSetTrialParameter = 5,
  kSetTrialState = 6,
  kSetTrialIntermediate = 7,
  kSetTrialUserAttribute = 8,
  kSetTrialSystemAttribute = 9,
  kDiscardTrials = 10,  // only of Optuna's Rust version; has no effect
};

// Returns the time as Optuna writes it: 2026-11-28T09:30:00.000000+00:00.
std::string utc_now();

// Makes the lines of one worker, without the end of line. `worker` must differ between processes.
class LineMaker {
 public:
  explicit LineMaker(std::string worker) : worker_(std::move(worker)) {}
  const std::string& worker() const { return worker_; }

  std::string create_study(const std::string& name, Direction direction) const;
  std::string set_study_attribute(int64_t study, bool is_user, const std::string& key, const Json& value) const;
  // Creates a running trial with all its parameters, in one line, so that no crash leaves a trial without them.
  std::string create_trial(int64_t study, const Parameters& parameters, const Json& system_attributes) const;
  // Starts a waiting trial.
  std::string start_trial(int64_t trial) const;
  std::string set_parameter(int64_t trial, const std::string& name, const Parameter& parameter) const;
  std::string finish_trial(int64_t trial, TrialState state, std::optional<double> value) const;
  std::string set_intermediate(int64_t trial, int64_t step, double value) const;
  std::string set_trial_attribute(int64_t trial, bool is_user, const std::string& key, const Json& value) const;

 private:
  Json line(Operation operation) const;

  std::string worker_;
};

// Returns a worker's name that no other process has.
std::string new_worker_name();

}  // namespace hone::search
