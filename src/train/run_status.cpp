// Renames a heartbeat into place without a sync. This takes half a millisecond; a sync may take longer than a step.
#include "train/run_status.h"

#include <sys/resource.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/host.h"
#include "base/log.h"
#include "options/json.h"
#include "train/options.h"
#include "train/run_files.h"

namespace hone::train {

namespace fs = std::filesystem;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kHeartbeat{2.0};
constexpr Seconds kAfterChange{0.6};  // runs of tiny models change their phase a hundred times a second
constexpr double kSpeedSeconds = 15;  // the speed is measured over the last one to two such spans

double now_to_the_millisecond() { return std::round(unix_seconds() * 1000) / 1000; }

std::string phase_name(RunPhase phase) {
  switch (phase) {
    case RunPhase::kPreparing:
      return "preparing";
    case RunPhase::kTraining:
      return "training";
    case RunPhase::kEvaluating:
      return "evaluating";
    case RunPhase::kSaving:
      return "saving";
  }
  return "";
}

Json command_line() {
  Json arguments = Json::array();
  const std::string text = read_file("/proc/self/cmdline");
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\0', begin), text.size());
    arguments.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

// Returns the resident memory of the process in bytes, or null if the system does not report it.
Json resident_bytes() {
  const fs::path path = "/proc/self/statm";
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  const std::string sizes = read_file(path);  // in pages: all, resident, ...
  const size_t space = sizes.find(' ');
  if (space == std::string::npos) return {};
  return std::strtoull(sizes.c_str() + space, nullptr, 10) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

Json peak_bytes() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

// Returns the names of the options whose value is not the default.
std::vector<std::string> changed_options(const Json& options) {
  const Json defaults = options::to_json(TrainOptions{});
  std::vector<std::string> names;
  for (const auto& [name, value] : options.items()) {
    if (const auto found = defaults.find(name); found == defaults.end() || *found != value) names.push_back(name);
  }
  return names;
}

}  // namespace

RunStatus::RunStatus(const fs::path& output_dir, const Json& options)
    : path_(output_dir / kRunFile), options_(options), phase_start_(Clock::now()), start_(phase_start_) {
  std::error_code error;
  facts_ = {{"format", 1},
            {"hone_version", HONE_VERSION},
            {"command", command_line()},
            {"working_dir", fs::current_path(error).string()},
            {"pid", getpid()},
            {"host", host_name()},
            {"boot_id", boot_id()},
            {"started_at", now_to_the_millisecond()},
            {"changed_options", changed_options(options)}};
}

void RunStatus::describe(const Json& facts) { facts_.update(facts); }

void RunStatus::set_plan(int64_t total_steps, double num_train_epochs) {
  total_steps_ = total_steps;
  num_train_epochs_ = num_train_epochs;
}

void RunStatus::set_best(const std::string& metric, const BestSoFar& best) {
  best_ = best.metric ? Json{{"metric", metric}, {"value", *best.metric}, {"step", best.step}} : Json();
}

void RunStatus::start_at(int64_t step, int64_t num_tokens) {
  step_ = start_step_ = step;
  num_tokens_ = num_tokens;
  start_ = Clock::now();
  first_ = older_ = newer_ = {num_tokens, training_seconds()};
}

void RunStatus::advance(int64_t step, double epoch, int64_t num_tokens) {
  step_ = step;
  epoch_ = epoch;
  num_tokens_ = num_tokens;
  const double seconds = training_seconds();
  if (seconds - newer_.seconds > kSpeedSeconds) {
    older_ = newer_;
    newer_ = {num_tokens, seconds};
  }
}

void RunStatus::enter(RunPhase phase) {
  training_seconds_ = training_seconds();
  phase_ = phase;
  phase_start_ = Clock::now();
  is_changed_ = true;
  beat();
}

void RunStatus::beat() {
  const Seconds since = Clock::now() - last_write_;
  if (since >= (is_changed_ ? kAfterChange : kHeartbeat)) write(/*synced=*/false);
}

void RunStatus::write_state(std::string_view state, const std::string& error, const std::string& hint) {
  state_ = state;
  error_ = error.empty() ? Json() : Json(error);
  hint_ = hint.empty() ? Json() : Json(hint);
  write(/*synced=*/true);
}

void RunStatus::write(bool synced) {
  last_write_ = Clock::now();
  is_changed_ = false;
  try {
    const std::string text = json_text(document(), 2) + "\n";
    synced ? write_file(path_, text) : replace_file(path_, text);
  } catch (const Error& error) {
    if (!has_warned_) log_warning("{}; the run continues, but hone watch cannot show it", error.what());
    has_warned_ = true;
  }
}

double RunStatus::training_seconds() const {
  return training_seconds_ + (phase_ == RunPhase::kTraining ? Seconds(Clock::now() - phase_start_).count() : 0);
}

Json RunStatus::tokens_per_second(const Mark& since) const {
  const double seconds = training_seconds() - since.seconds;
  if (num_tokens_ == since.num_tokens || seconds <= 0) return {};
  return std::round(static_cast<double>(num_tokens_ - since.num_tokens) / seconds * 10) / 10;
}

Json RunStatus::seconds_left() const {
  if (state_ != "running" || step_ <= start_step_) return {};
  const double per_step = Seconds(Clock::now() - start_).count() / static_cast<double>(step_ - start_step_);
  return std::round(per_step * static_cast<double>(total_steps_ - step_) * 10) / 10;
}

Json RunStatus::document() const {
  Json json = facts_;
  json["updated_at"] = now_to_the_millisecond();
  json["state"] = state_;
  json["error"] = error_;
  json["hint"] = hint_;
  json["phase"] = phase_name(phase_);
  json["step"] = step_;
  json["total_steps"] = total_steps_;
  json["epoch"] = epoch_;
  json["num_train_epochs"] = num_train_epochs_;
  json["tokens_per_second"] = tokens_per_second(older_);
  json["mean_tokens_per_second"] = tokens_per_second(first_);
  json["seconds_left"] = seconds_left();
  json["memory_bytes"] = resident_bytes();
  json["peak_memory_bytes"] = peak_bytes();
  json["best"] = best_;
  json["options"] = options_;
  return json;
}

}  // namespace hone::train
