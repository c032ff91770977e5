#include "search/operations.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <ctime>
#include <random>

#include "search/python_json.h"

namespace hone::search {

namespace {

// Texts from options and rows may hold bytes that are not UTF-8.
std::string compact(const Json& line) {
  return line.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace

std::string utc_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const std::time_t seconds = micros / 1000000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, micros % 1000000);
}

std::string new_worker_name() {
  std::random_device device;
  return fmt::format("hone-{:08x}{:08x}-{}", device(), device(), getpid());
}

Json LineMaker::line(Operation operation) const {
  return {{"op_code", static_cast<int64_t>(operation)}, {"worker_id", worker_}};
}

std::string LineMaker::create_study(const std::string& name, Direction direction) const {
  Json json = line(Operation::kCreateStudy);
  json["study_name"] = name;
  json["directions"] = {static_cast<int64_t>(direction)};
  return compact(json);
}

std::string LineMaker::set_study_attribute(int64_t study, bool is_user, const std::string& key,
                                           const Json& value) const {
  Json json = line(is_user ? Operation::kSetStudyUserAttribute : Operation::kSetStudySystemAttribute);
  json["study_id"] = study;
  json[is_user ? "user_attr" : "system_attr"] = {{key, value}};
  return compact(json);
}

std::string LineMaker::create_trial(int64_t study, const Parameters& parameters, const Json& system_attributes) const {
  Json json = line(Operation::kCreateTrial);
  json["study_id"] = study;
  json["datetime_start"] = utc_now();
  json["state"] = static_cast<int64_t>(TrialState::kRunning);
  json["value"] = nullptr;
  json["values"] = nullptr;
  Json distributions = Json::object(), values = Json::object();
  for (const auto& [name, parameter] : parameters) {
    distributions[name] = distribution_text(parameter.distribution);
    values[name] = parameter.value;
  }
  json["distributions"] = std::move(distributions);
  json["params"] = std::move(values);
  json["user_attrs"] = Json::object();
  json["system_attrs"] = system_attributes;
  json["intermediate_values"] = Json::object();
  return compact(json);
}

std::string LineMaker::start_trial(int64_t trial) const {
  Json json = line(Operation::kSetTrialState);
  json["trial_id"] = trial;
  json["state"] = static_cast<int64_t>(TrialState::kRunning);
  json["values"] = nullptr;
  json["datetime_start"] = utc_now();
  return compact(json);
}

std::string LineMaker::set_parameter(int64_t trial, const std::string& name, const Parameter& parameter) const {
  Json json = line(Operation::kSetTrialParameter);
  json["trial_id"] = trial;
  json["param_name"] = name;
  json["param_value_internal"] = parameter.value;
  json["distribution"] = distribution_text(parameter.distribution);
  return compact(json);
}

std::string LineMaker::finish_trial(int64_t trial, TrialState state, std::optional<double> value) const {
  Json json = line(Operation::kSetTrialState);
  json["trial_id"] = trial;
  json["state"] = static_cast<int64_t>(state);
  json["values"] = value ? Json({*value}) : Json();
  json["datetime_complete"] = utc_now();
  return compact(json);
}

std::string LineMaker::set_intermediate(int64_t trial, int64_t step, double value) const {
  Json json = line(Operation::kSetTrialIntermediate);
  json["trial_id"] = trial;
  json["step"] = step;
  std::string text = compact(json);  // JSON has no NaN, so the last member is added as text
  text.pop_back();
  return fmt::format("{},\"intermediate_value\":{}}}", text, python_number(value));
}

std::string LineMaker::set_trial_attribute(int64_t trial, bool is_user, const std::string& key,
                                           const Json& value) const {
  Json json = line(is_user ? Operation::kSetTrialUserAttribute : Operation::kSetTrialSystemAttribute);
  json["trial_id"] = trial;
  json[is_user ? "user_attr" : "system_attr"] = {{key, value}};
  return compact(json);
}

}  // namespace hone::search
