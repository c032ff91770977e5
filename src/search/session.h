// One worker's part of a study: it asks for trials, reports their values, and ends them. All of it goes through the
// journal, so several workers, also Optuna's, search together.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "search/journal.h"
#include "search/operations.h"
#include "search/space.h"

namespace hone::search {

struct SessionOptions {
  std::string study_name;
  Direction direction = Direction::kMinimize;
  std::string sampler, pruner;  // of search/names.h
  uint64_t seed = 0;
  int64_t num_trials = 0;  // of the study, those of others and of earlier runs included, failed ones not
  Json training;           // the options that all trials share
};

struct AskedTrial {
  int64_t id = 0, number = 0;
  Parameters parameters;
  bool is_resumed = false;  // its worker was killed
};

class Session {
 public:
  // Opens the study, or creates it. The references must outlive the session. Errors (kUsage): the study has another
  // direction, space or training; (kUnsupported): it has several objectives.
  Session(Journal& journal, const Space& space, SessionOptions options);

  const Study& study() const;

  // Returns a trial of a killed worker, a trial that waits, or a new one; nullopt if the study has enough trials or all
  // points of the grid. It is this worker's until it ends.
  std::optional<AskedTrial> ask();

  // Reports a value of a running trial. Returns whether the trial must stop now.
  bool report(int64_t trial, int64_t step, double value);
  void complete(int64_t trial, double value);
  // Ends a trial that report() stopped.
  void prune(int64_t trial);
  void fail(int64_t trial, const std::string& reason);

 private:
  void check_study(const Study& study) const;
  void check_is_alone(const Replay& replay) const;
  void check_trials(const Study& study) const;
  std::optional<Parameters> sampled(const Study& study, int64_t number, const Parameters& fixed) const;
  std::optional<Parameters> next_of_grid(const Study& study) const;
  Parameters fixed_of(const Trial& trial) const;

  Journal& journal_;
  const Space& space_;
  SessionOptions options_;
  LineMaker lines_;
  std::vector<Parameters> grid_;
  std::set<std::string> failed_here_;  // points of the grid
  int64_t study_id_ = 0;
};

}  // namespace hone::search
