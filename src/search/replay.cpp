#include "search/replay.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

#include "search/operations.h"
#include "search/python_json.h"

namespace hone::search {

namespace {

Error bad_line(std::string_view where, const std::string& problem) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", where, problem));
}

const Json& member(const Json& line, const char* key, std::string_view where) {
  const auto found = line.find(key);
  if (found == line.end()) throw bad_line(where, fmt::format("the operation has no \"{}\"", key));
  return *found;
}

int64_t integer_at(const Json& line, const char* key, std::string_view where) {
  const Json& value = member(line, key, where);
  if (!value.is_number_integer()) throw bad_line(where, fmt::format("\"{}\" is no integer: {}", key, value.dump()));
  return value.get<int64_t>();
}

const std::string& text_at(const Json& line, const char* key, std::string_view where) {
  const Json& value = member(line, key, where);
  if (!value.is_string()) throw bad_line(where, fmt::format("\"{}\" is no text: {}", key, value.dump()));
  return value.get_ref<const std::string&>();
}

double number_at(const Json& line, const char* key, std::string_view where) {
  const std::optional<double> value = number_of(member(line, key, where));
  if (!value) throw bad_line(where, fmt::format("\"{}\" is no number", key));
  return *value;
}

const Json& object_at(const Json& line, const char* key, std::string_view where) {
  const Json& value = member(line, key, where);
  if (!value.is_object()) throw bad_line(where, fmt::format("\"{}\" is no object", key));
  return value;
}

template <typename Enum>
Enum enum_of(const Json& value, int64_t last, const char* what, std::string_view where) {
  if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > last) {
    throw bad_line(where, fmt::format("unknown {} {}", what, value.dump()));
  }
  return static_cast<Enum>(value.get<int64_t>());
}

TrialState state_of(const Json& value, std::string_view where) {
  return enum_of<TrialState>(value, static_cast<int64_t>(TrialState::kWaiting), "trial state", where);
}

double checked_internal(const Distribution& distribution, double value, const std::string& name,
                        std::string_view where) {
  if (distribution.contains(value) || !distribution.is_categorical()) return value;
  throw bad_line(where, fmt::format("\"{}\" has no choice number {}", name, value));
}

std::string time_at(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>() : "";
}

// Returns the value of a finished trial: the first item of "values", which newer files have, or else "value". Returns
// nullopt if the line has neither or holds no number there.
std::optional<double> value_of(const Json& line) {
  if (const auto values = line.find("values"); values != line.end() && values->is_array() && !values->empty()) {
    return number_of(values->front());
  }
  const auto value = line.find("value");
  return value == line.end() ? std::nullopt : number_of(*value);
}

// Reads what a line of CREATE_TRIAL has beyond study and time.
void read_template(const Json& line, Trial& trial, std::string_view where) {
  if (const auto state = line.find("state"); state != line.end()) trial.state = state_of(*state, where);
  trial.value = value_of(line);
  if (line.contains("user_attrs")) trial.user_attributes = object_at(line, "user_attrs", where);
  if (line.contains("system_attrs")) trial.system_attributes = object_at(line, "system_attrs", where);
  if (line.contains("distributions")) {
    const Json& values = object_at(line, "params", where);
    for (const auto& [name, text] : object_at(line, "distributions", where).items()) {
      if (!text.is_string()) throw bad_line(where, fmt::format("the distribution of \"{}\" is no text", name));
      Parameter parameter{parse_distribution(text.get_ref<const std::string&>(), where), 0};
      parameter.value = checked_internal(parameter.distribution, number_at(values, name.c_str(), where), name, where);
      trial.parameters.emplace(name, std::move(parameter));
    }
  }
  if (!line.contains("intermediate_values")) return;
  const Json& steps = object_at(line, "intermediate_values", where);
  for (const auto& [name, value] : steps.items()) {
    int64_t step = 0;
    const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), step);
    if (status != std::errc() || end != name.data() + name.size()) throw bad_line(where, "a step is no integer");
    trial.intermediate[step] = number_at(steps, name.c_str(), where);
  }
}

void check_value(const Trial& trial, std::string_view where) {
  if (trial.state == TrialState::kComplete && (!trial.value || std::isnan(*trial.value))) {
    throw bad_line(where, "a complete trial has no value");
  }
}

}  // namespace

void Replay::apply(std::string_view text, std::string_view where) {
  const Json line = parse_python_json(text, where);
  if (!line.is_object()) throw bad_line(where, "not an operation of a journal");
  const int64_t code = integer_at(line, "op_code", where);
  if (code < 0 || code > static_cast<int64_t>(Operation::kDiscardTrials)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: unknown operation {}", where, code),
                "a newer version of Optuna wrote the journal; use a newer hone");
  }
  switch (static_cast<Operation>(code)) {
    case Operation::kCreateStudy:
      return create_study(line, where);
    case Operation::kDeleteStudy:
      if (Study* study = study_of(line, where)) is_deleted_[static_cast<size_t>(study->id)] = true;
      return;
    case Operation::kSetStudyUserAttribute:
      return set_study_attribute(line, "user_attr", where);
    case Operation::kSetStudySystemAttribute:
      return set_study_attribute(line, "system_attr", where);
    case Operation::kCreateTrial:
      return create_trial(line, where);
    case Operation::kSetTrialParameter:
      return set_parameter(line, where);
    case Operation::kSetTrialState:
      return set_state(line, where);
    case Operation::kSetTrialIntermediate:
      return set_intermediate(line, where);
    case Operation::kSetTrialUserAttribute:
      return set_trial_attribute(line, "user_attr", where);
    case Operation::kSetTrialSystemAttribute:
      return set_trial_attribute(line, "system_attr", where);
    case Operation::kDiscardTrials:
      return;
  }
}

const Study* Replay::find(std::string_view name) const {
  for (const Study& study : studies_) {
    if (study.name == name && !is_deleted_[static_cast<size_t>(study.id)]) return &study;
  }
  return nullptr;
}

std::vector<std::string> Replay::names() const {
  std::vector<std::string> names;
  for (const Study& study : studies_) {
    if (!is_deleted_[static_cast<size_t>(study.id)]) names.push_back(study.name);
  }
  return names;
}

void Replay::create_study(const Json& line, std::string_view where) {
  Study study;
  study.id = num_studies();
  study.name = text_at(line, "study_name", where);
  const Json& directions = member(line, "directions", where);
  if (!directions.is_array() || directions.empty()) throw bad_line(where, "a study without directions");
  for (const Json& direction : directions) {
    study.directions.push_back(
        enum_of<Direction>(direction, static_cast<int64_t>(Direction::kMaximize), "direction", where));
  }
  if (find(study.name) != nullptr) return;
  studies_.push_back(std::move(study));
  is_deleted_.push_back(false);
}

Study* Replay::study_of(const Json& line, std::string_view where) {
  const int64_t id = integer_at(line, "study_id", where);
  if (id < 0 || id >= num_studies() || is_deleted_[static_cast<size_t>(id)]) return nullptr;
  return &studies_[static_cast<size_t>(id)];
}

Trial* Replay::open_trial(const Json& line, std::string_view where) {
  const int64_t id = integer_at(line, "trial_id", where);
  if (id < 0 || id >= num_trials()) return nullptr;
  const auto [study, place] = places_[static_cast<size_t>(id)];
  Trial& trial = studies_[study].trials[place];
  return is_finished(trial.state) ? nullptr : &trial;
}

void Replay::create_trial(const Json& line, std::string_view where) {
  Study* const study = study_of(line, where);
  if (study == nullptr) return;
  Trial trial;
  trial.id = num_trials();
  trial.number = static_cast<int64_t>(study->trials.size());
  trial.started = time_at(line, "datetime_start");
  trial.completed = time_at(line, "datetime_complete");
  read_template(line, trial, where);
  check_value(trial, where);
  places_.emplace_back(static_cast<size_t>(study->id), study->trials.size());
  study->trials.push_back(std::move(trial));
}

void Replay::set_parameter(const Json& line, std::string_view where) {
  Trial* const trial = open_trial(line, where);
  if (trial == nullptr) return;
  const std::string& name = text_at(line, "param_name", where);
  const Distribution distribution = parse_distribution(text_at(line, "distribution", where), where);
  const double value = checked_internal(distribution, number_at(line, "param_value_internal", where), name, where);
  for (const Trial& other : studies_[places_[static_cast<size_t>(trial->id)].first].trials) {
    const auto found = other.parameters.find(name);
    if (found == other.parameters.end()) continue;
    if (!found->second.distribution.is_compatible(distribution)) return;
    break;
  }
  trial->parameters.insert_or_assign(name, Parameter{distribution, value});
}

void Replay::set_state(const Json& line, std::string_view where) {
  Trial* const trial = open_trial(line, where);
  if (trial == nullptr) return;
  const TrialState state = state_of(member(line, "state", where), where);
  if (state == trial->state && state == TrialState::kRunning) return;
  if (state == TrialState::kRunning) trial->started = time_at(line, "datetime_start");
  if (is_finished(state)) trial->completed = time_at(line, "datetime_complete");
  trial->state = state;
  if (const std::optional<double> value = value_of(line)) trial->value = value;
  check_value(*trial, where);
}

void Replay::set_intermediate(const Json& line, std::string_view where) {
  Trial* const trial = open_trial(line, where);
  if (trial == nullptr) return;
  trial->intermediate[integer_at(line, "step", where)] = number_at(line, "intermediate_value", where);
}

void Replay::set_study_attribute(const Json& line, const char* key, std::string_view where) {
  Study* const study = study_of(line, where);
  if (study == nullptr) return;
  const bool is_user = std::string_view(key) == "user_attr";
  (is_user ? study->user_attributes : study->system_attributes).update(object_at(line, key, where));
}

void Replay::set_trial_attribute(const Json& line, const char* key, std::string_view where) {
  Trial* const trial = open_trial(line, where);
  if (trial == nullptr) return;
  const bool is_user = std::string_view(key) == "user_attr";
  (is_user ? trial->user_attributes : trial->system_attributes).update(object_at(line, key, where));
}

}  // namespace hone::search
