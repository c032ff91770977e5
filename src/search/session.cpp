#include "search/session.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/philox.h"
#include "search/owner.h"
#include "search/pruner.h"
#include "search/sampler.h"

namespace hone::search {

namespace {

constexpr const char *kSpaceAttribute = "hone:space", *kTrainingAttribute = "hone:training",
                     *kErrorAttribute = "hone:error";
constexpr const char* kOtherFolder = "give another --output-dir";
constexpr const char* kTakeoverAttribute = "hone:takeovers";
constexpr int64_t kMaxTakeovers = 2;

std::string_view verb_of(Direction direction) {
  return direction == Direction::kMaximize ? "maximizes" : direction == Direction::kMinimize ? "minimizes" : "runs";
}

// Returns the first key whose value differs, "x was 1, is 2".
std::string first_difference(const Json& before, const Json& now) {
  for (const auto& [key, value] : now.items()) {
    const auto found = before.find(key);
    if (found == before.end()) return fmt::format("{} is new", key);
    if (*found != value) return fmt::format("{} was {}, is {}", key, found->dump(), value.dump());
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) return fmt::format("{} was {}, is missing", key, value.dump());
  }
  return "the order differs";
}

// Returns whether nothing depends on the study yet, so that a wrong path or option can be corrected.
bool has_only_failures(const Study& study) {
  return std::all_of(study.trials.begin(), study.trials.end(),
                     [](const Trial& trial) { return trial.state == TrialState::kFail; });
}

// A name for a point of the grid.
std::string key_of(const Parameters& parameters) {
  std::string key;
  for (const auto& [name, parameter] : parameters) {
    key += fmt::format("{}={};", name, parameter.distribution.external(parameter.value).dump());
  }
  return key;
}

}  // namespace

Session::Session(Journal& journal, const Space& space, SessionOptions options)
    : journal_(journal), space_(space), options_(std::move(options)), lines_(new_worker_name()) {
  if (options_.sampler == "grid") grid_ = space_.grid();
  journal_.update([&](const Replay& replay) -> std::vector<std::string> {
    if (const Study* study = replay.find(options_.study_name)) {
      check_study(*study);
      study_id_ = study->id;
      if (study->user_attributes.contains(kSpaceAttribute) && !has_only_failures(*study)) return {};
      check_trials(*study);
    } else {
      check_is_alone(replay);
      study_id_ = replay.num_studies();
    }
    std::vector<std::string> lines;
    if (study_id_ == replay.num_studies()) {
      lines.push_back(lines_.create_study(options_.study_name, options_.direction));
    }
    lines.push_back(lines_.set_study_attribute(study_id_, true, kSpaceAttribute, space_.json()));
    lines.push_back(lines_.set_study_attribute(study_id_, true, kTrainingAttribute, options_.training));
    return lines;
  });
}

// The trials of a folder belong to one study of hone.
void Session::check_is_alone(const Replay& replay) const {
  for (const std::string& name : replay.names()) {
    const Study* const other = replay.find(name);
    if (other == nullptr || !other->user_attributes.contains(kSpaceAttribute)) continue;
    throw Error(ErrorKind::kUsage, fmt::format("{} has hone's study \"{}\" already", journal_.path().string(), name),
                kOtherFolder);
  }
}

const Study& Session::study() const { return journal_.replay().study(study_id_); }

void Session::check_study(const Study& study) const {
  const auto fail = [&](ErrorKind kind, const std::string& problem) {
    throw Error(kind, fmt::format("{}: the study \"{}\" {}", journal_.path().string(), study.name, problem),
                kOtherFolder);
  };
  if (study.directions.size() != 1) {
    fail(ErrorKind::kUnsupported, fmt::format("has {} objectives; hone searches for one", study.directions.size()));
  }
  if (study.directions.front() != options_.direction) {
    fail(ErrorKind::kUsage,
         fmt::format("{}, this search {}", verb_of(study.directions.front()), verb_of(options_.direction)));
  }
  if (has_only_failures(study)) return;
  for (const auto& [attribute, now, what] :
       {std::tuple{kSpaceAttribute, space_.json(), "another space"},
        std::tuple{kTrainingAttribute, options_.training, "trainings with other options"}}) {
    const auto before = study.user_attributes.find(attribute);
    if (before == study.user_attributes.end() || *before == now) continue;
    fail(ErrorKind::kUsage, fmt::format("is of {}: {}", what, first_difference(*before, now)));
  }
}

// A study that hone did not begin: its trials must be in the space.
void Session::check_trials(const Study& study) const {
  for (const Trial& trial : study.trials) {
    if (trial.state == TrialState::kFail) continue;
    for (const auto& [name, parameter] : trial.parameters) {
      const auto found = std::find_if(space_.dimensions().begin(), space_.dimensions().end(),
                                      [&, &key = name](const Dimension& dimension) { return dimension.option == key; });
      if (found != space_.dimensions().end() && found->distribution.is_compatible(parameter.distribution)) continue;
      throw Error(
          ErrorKind::kUsage,
          fmt::format("{}: the study \"{}\" is of another space: its trial {} has {} from {}", journal_.path().string(),
                      study.name, trial.number, name, distribution_text(parameter.distribution)),
          kOtherFolder);
    }
  }
}

std::optional<Parameters> Session::next_of_grid(const Study& study) const {
  std::set<std::string> tried = failed_here_;
  const bool is_new_start = has_only_failures(study);  // after a correction
  for (const Trial& trial : study.trials) {
    if (!is_new_start || trial.state != TrialState::kFail) tried.insert(key_of(trial.parameters));
  }
  const auto found =
      std::find_if(grid_.begin(), grid_.end(), [&](const Parameters& point) { return !tried.contains(key_of(point)); });
  return found == grid_.end() ? std::nullopt : std::optional(*found);
}

// `fixed`: values that a person chose for a waiting trial.
std::optional<Parameters> Session::sampled(const Study& study, int64_t number, const Parameters& fixed) const {
  if (options_.sampler == "grid") return next_of_grid(study);
  const uint32_t seed = philox(options_.seed, {static_cast<uint32_t>(number), 0, 0, 0})[0];
  SamplerRandom random(seed);
  std::optional<TpeProposal> tpe;
  if (options_.sampler == "tpe") tpe.emplace(study, number, random);
  Parameters parameters;
  for (const Dimension& dimension : space_.dimensions()) {
    if (!space_.is_active(dimension, parameters)) continue;
    double value = 0;
    if (const auto found = fixed.find(dimension.option); found != fixed.end()) {
      value = found->second.value;
    } else {
      value = tpe ? tpe->value(dimension.option, dimension.distribution)
                  : random_value(dimension.distribution, random.uniform);
    }
    parameters[dimension.option] = {dimension.distribution, value};
  }
  return parameters;
}

// Reads the values that Optuna's enqueue_trial() fixed. Ignores those that are not in the space.
Parameters Session::fixed_of(const Trial& trial) const {
  Parameters fixed;
  const auto values = trial.system_attributes.find("fixed_params");
  if (values == trial.system_attributes.end() || !values->is_object()) return fixed;
  for (const Dimension& dimension : space_.dimensions()) {
    const auto found = values->find(dimension.option);
    if (found == values->end()) continue;
    const Json& choices = dimension.distribution.choices;
    double value = 0;
    if (dimension.distribution.is_categorical()) {
      value = static_cast<double>(std::find(choices.begin(), choices.end(), *found) - choices.begin());
    } else if (found->is_number()) {
      value = found->get<double>();
    } else {
      continue;
    }
    if (dimension.distribution.contains(value)) fixed[dimension.option] = {dimension.distribution, value};
  }
  return fixed;
}

std::optional<AskedTrial> Session::ask() {
  std::optional<AskedTrial> asked;
  bool has_ended_trials = false;
  journal_.update([&](const Replay& replay) -> std::vector<std::string> {
    const Study& study = replay.study(study_id_);
    std::vector<std::string> ended;  // lines
    int64_t num_begun = 0;
    const Trial* waiting = nullptr;
    for (const Trial& trial : study.trials) {
      if (trial.state == TrialState::kWaiting && waiting == nullptr) waiting = &trial;
      if (trial.state != TrialState::kWaiting && trial.state != TrialState::kFail) ++num_begun;
      const auto owner = trial.system_attributes.find(kOwnerAttribute);
      const bool is_known = trial.state == TrialState::kRunning && owner != trial.system_attributes.end();
      if (!is_known || !has_ended(*owner)) continue;
      const auto before = trial.system_attributes.find(kTakeoverAttribute);
      const int64_t count =
          before != trial.system_attributes.end() && before->is_number_integer() ? before->get<int64_t>() : 0;
      if (count >= kMaxTakeovers) {  // it ends the process that runs it, perhaps for lack of memory
        ended.push_back(lines_.set_trial_attribute(trial.id, true, kErrorAttribute,
                                                   fmt::format("its process ended {} times", count + 1)));
        ended.push_back(lines_.finish_trial(trial.id, TrialState::kFail, std::nullopt));
        --num_begun;
        continue;
      }
      asked = AskedTrial{trial.id, trial.number, trial.parameters, true};
      ended.push_back(lines_.set_trial_attribute(trial.id, false, kOwnerAttribute, this_owner()));
      ended.push_back(lines_.set_trial_attribute(trial.id, false, kTakeoverAttribute, count + 1));
      return ended;
    }
    has_ended_trials = !ended.empty();
    if (has_ended_trials) return ended;
    if (num_begun >= options_.num_trials) return {};
    const int64_t number = waiting != nullptr ? waiting->number : static_cast<int64_t>(study.trials.size());
    const std::optional<Parameters> parameters =
        sampled(study, number, waiting != nullptr ? fixed_of(*waiting) : Parameters());
    if (!parameters) return {};
    if (waiting == nullptr) {
      asked = AskedTrial{replay.num_trials(), number, *parameters, false};
      return {lines_.create_trial(study_id_, *parameters, {{kOwnerAttribute, this_owner()}})};
    }
    asked = AskedTrial{waiting->id, number, *parameters, false};
    std::vector<std::string> lines = {lines_.set_trial_attribute(waiting->id, false, kOwnerAttribute, this_owner())};
    for (const auto& [name, parameter] : *parameters) {
      lines.push_back(lines_.set_parameter(waiting->id, name, parameter));
    }
    lines.push_back(lines_.start_trial(waiting->id));
    return lines;
  });
  return has_ended_trials && !asked ? ask() : asked;
}

bool Session::report(int64_t id, int64_t step, double value) {
  bool prunes = false;
  journal_.update([&](const Replay& replay) -> std::vector<std::string> {
    const std::vector<Trial>& trials = replay.study(study_id_).trials;
    const auto found = std::find_if(trials.begin(), trials.end(), [&](const Trial& trial) { return trial.id == id; });
    check_internal(found != trials.end(), "a reported trial is not in the study");
    std::vector<std::string> lines = {lines_.set_intermediate(id, step, value)};
    Trial trial = *found;
    trial.intermediate[step] = value;
    const PruneDecision decision = prune_decision(options_.pruner, replay.study(study_id_), trial);
    for (const auto& [rung, rung_value] : decision.rungs) {
      lines.push_back(lines_.set_trial_attribute(id, false, rung, rung_value));
    }
    prunes = decision.prunes;
    return lines;
  });
  return prunes;
}

void Session::complete(int64_t trial, double value) {
  journal_.update([&](const Replay&) -> std::vector<std::string> {
    return {lines_.finish_trial(trial, TrialState::kComplete, value)};
  });
}

// As Optuna: the value of a pruned trial is its last intermediate one.
void Session::prune(int64_t id) {
  journal_.update([&](const Replay& replay) -> std::vector<std::string> {
    std::optional<double> last;
    for (const Trial& trial : replay.study(study_id_).trials) {
      if (trial.id != id || trial.intermediate.empty()) continue;
      const double value = trial.intermediate.rbegin()->second;
      if (!std::isnan(value)) last = value;
    }
    return {lines_.finish_trial(id, TrialState::kPruned, last)};
  });
}

void Session::fail(int64_t trial, const std::string& reason) {
  journal_.update([&](const Replay& replay) -> std::vector<std::string> {
    for (const Trial& failed : replay.study(study_id_).trials) {
      if (failed.id == trial) failed_here_.insert(key_of(failed.parameters));
    }
    return {lines_.set_trial_attribute(trial, true, kErrorAttribute, reason),
            lines_.finish_trial(trial, TrialState::kFail, std::nullopt)};
  });
}

}  // namespace hone::search
