// The studies that the lines of a journal make, applied by the rules of Optuna's JournalStorage.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "search/trial.h"

namespace hone::search {

class Replay {
 public:
  // Applies one line. A line that refers to an unknown study or trial, or changes a finished trial, has no effect, as
  // in Optuna: two programs may write at the same time. Errors (kInput, `where` begins the message): the line is not an
  // operation; (kUnsupported): an operation that this version does not know.
  void apply(std::string_view line, std::string_view where);

  // Returns the study, or nullptr. A deleted study is not found.
  const Study* find(std::string_view name) const;
  const Study& study(int64_t id) const { return studies_[static_cast<size_t>(id)]; }
  // The id that the next study and the next trial get.
  int64_t num_studies() const { return static_cast<int64_t>(studies_.size()); }
  int64_t num_trials() const { return static_cast<int64_t>(places_.size()); }
  // Names of the studies that are not deleted.
  std::vector<std::string> names() const;

 private:
  void create_study(const Json& line, std::string_view where);
  void create_trial(const Json& line, std::string_view where);
  void set_parameter(const Json& line, std::string_view where);
  void set_state(const Json& line, std::string_view where);
  void set_intermediate(const Json& line, std::string_view where);
  void set_study_attribute(const Json& line, const char* key, std::string_view where);
  void set_trial_attribute(const Json& line, const char* key, std::string_view where);
  Study* study_of(const Json& line, std::string_view where);
  // Returns the trial of the line unless it is unknown or finished.
  Trial* open_trial(const Json& line, std::string_view where);

  std::vector<Study> studies_;
  std::vector<bool> is_deleted_;
  std::vector<std::pair<size_t, size_t>> places_;  // of each trial id: its study and its place there
};

}  // namespace hone::search
