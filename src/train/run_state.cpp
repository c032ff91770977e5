// Doubles are written with all their digits, so that a resumed run continues the same sums.
#include "train/run_state.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "train/checkpoint.h"

namespace hone::train {

namespace {

constexpr const char* kForeignState = "only a checkpoint of hone train can be resumed; start anew with it as --model";

double metric_of(const Json& entry, const std::string& key) {
  if (entry.contains(key) && entry[key].is_number()) return entry[key].get<double>();
  std::string known;
  for (const auto& [name, value] : entry.items()) {
    if (name.starts_with("eval_") && value.is_number()) known += (known.empty() ? "" : ", ") + name.substr(5);
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("metric_for_best_model \"{}\" is not among the evaluation's", key.substr(5)),
              "known: " + known);
}

template <typename T>
T field(const Json& json, const char* key, const std::string& source) {
  if (!json.contains(key) || !json[key].is_number()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is missing or not a number", source, key), kForeignState);
  }
  return json[key].get<T>();
}

// Returns the times of the log entries. Checkpoints of early versions have none.
Json times_of_log(const Json& own, size_t num_entries) {
  const auto found = own.find("log_seconds");
  const bool fits =
      found != own.end() && found->is_array() && found->size() == num_entries &&
      std::all_of(found->begin(), found->end(), [](const Json& time) { return time.is_number() || time.is_null(); });
  return fits ? *found : Json(std::vector<Json>(num_entries));
}

bool is_log(const Json& json) {
  return json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& entry) { return entry.is_object(); });
}

}  // namespace

// The steps in the log are in ascending order.
bool RunState::has_evaluated(int64_t step) const {
  for (auto entry = log_history.rbegin(); entry != log_history.rend(); ++entry) {
    if (entry->value("step", int64_t{-1}) < step) return false;
    if (entry->value("step", int64_t{-1}) == step && entry->contains("eval_loss")) return true;
  }
  return false;
}

void BestSoFar::add(const Json& entry, const BestMetric& watched) {
  if (watched.key.empty() || !entry.contains("eval_loss")) return;
  if (entry.contains(watched.key) && entry[watched.key].is_null()) {  // it was not finite
    ++evaluations_without_improvement;
    return;
  }
  const double value = metric_of(entry, watched.key);
  const bool is_better = !metric || (watched.greater_is_better ? value > *metric : value < *metric);
  const bool is_improved = is_better && (!metric || std::abs(value - *metric) > watched.threshold);
  evaluations_without_improvement = is_improved ? 0 : evaluations_without_improvement + 1;
  if (!is_better) return;
  metric = value;
  step = entry.value("step", int64_t{0});
}

BestSoFar best_so_far(const Json& log_history, const BestMetric& metric) {
  BestSoFar best;
  for (const Json& entry : log_history) best.add(entry, metric);
  return best;
}

Json trainer_state_json(const RunState& state, const Plan& plan, const BestSoFar& best, const std::string& output_dir) {
  Json json = Json::object();
  json["best_global_step"] = best.metric ? Json(best.step) : Json();
  json["best_metric"] = best.metric ? Json(*best.metric) : Json();
  json["best_model_checkpoint"] = best.metric ? Json(checkpoint_path(output_dir, best.step).string()) : Json();
  json["epoch"] = plan.epoch_at(state.global_step);
  json["eval_steps"] = plan.eval_steps > 0 ? plan.eval_steps : plan.logging_steps;
  json["global_step"] = state.global_step;
  json["is_hyper_param_search"] = false;
  json["is_local_process_zero"] = true;
  json["is_world_process_zero"] = true;
  json["log_history"] = state.log_history;
  json["logging_steps"] = plan.logging_steps;
  json["max_steps"] = plan.total_steps;
  json["num_input_tokens_seen"] = state.num_input_tokens_seen;
  json["num_train_epochs"] = plan.num_epochs;
  json["save_steps"] = plan.save_steps > 0 ? plan.save_steps : 500;
  json["stateful_callbacks"] = Json::object();
  json["total_flos"] = 0.0;
  json["train_batch_size"] = plan.batch_size;
  json["trial_name"] = nullptr;
  json["trial_params"] = nullptr;
  return json;
}

Json hone_state_json(const RunState& state) {
  return {{"window_loss_sum", state.window_loss_sum},
          {"window_steps", state.window_steps},
          {"epoch_loss_sum", state.epoch_loss_sum},
          {"epoch_rows", state.epoch_rows},
          {"total_loss_sum", state.total_loss_sum},
          {"num_finite_steps", state.num_finite_steps},
          {"num_nonfinite_steps", state.num_nonfinite_steps},
          {"train_seconds", state.train_seconds},
          {"log_seconds", state.log_seconds}};
}

void write_run_state(const std::filesystem::path& checkpoint, const RunState& state, const Plan& plan,
                     const BestSoFar& best, const std::string& output_dir) {
  write_json(checkpoint / kStateFile, trainer_state_json(state, plan, best, output_dir));
  write_json(checkpoint / kHoneStateFile, hone_state_json(state));
}

RunState read_run_state(const std::filesystem::path& checkpoint) {
  const std::string source = (checkpoint / kStateFile).string();
  const Json json = read_json(source);
  const bool is_old = json.is_object() && json.contains("hone");
  const std::string own_source = is_old ? source : (checkpoint / kHoneStateFile).string();
  const Json own = is_old ? json["hone"] : std::filesystem::exists(own_source) ? read_json(own_source) : Json();
  if (!own.is_object() || !json.is_object() || !json.contains("log_history") || !is_log(json["log_history"])) {
    throw Error(ErrorKind::kInput, fmt::format("{} does not hold the state of a hone run", source), kForeignState);
  }
  RunState state;
  state.global_step = field<int64_t>(json, "global_step", source);
  if (state.global_step < 0) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"global_step\" is {}", source, state.global_step), kForeignState);
  }
  state.num_input_tokens_seen = field<int64_t>(json, "num_input_tokens_seen", source);
  state.log_history = json["log_history"];
  state.log_seconds = times_of_log(own, state.log_history.size());
  state.window_loss_sum = field<double>(own, "window_loss_sum", own_source);
  state.window_steps = field<int64_t>(own, "window_steps", own_source);
  state.epoch_loss_sum = own.value("epoch_loss_sum", 0.0);  // checkpoints of early versions have none
  state.epoch_rows = own.value("epoch_rows", int64_t{0});
  state.total_loss_sum = field<double>(own, "total_loss_sum", own_source);
  state.num_finite_steps = field<int64_t>(own, "num_finite_steps", own_source);
  state.num_nonfinite_steps = field<int64_t>(own, "num_nonfinite_steps", own_source);
  state.train_seconds = field<double>(own, "train_seconds", own_source);
  return state;
}

void keep_planned_entries(RunState& state, const Plan& plan) {
  Json kept = Json::array(), times = Json::array();
  for (size_t i = 0; i < state.log_history.size(); ++i) {
    const Json& entry = state.log_history[i];
    const int64_t step = entry.value("step", int64_t{0});
    const bool planned = entry.contains("loss")        ? plan.logs_at(step)
                         : entry.contains("eval_loss") ? plan.evaluates_at(step)
                                                       : false;
    if (!planned) continue;
    kept.push_back(entry);
    times.push_back(i < state.log_seconds.size() ? state.log_seconds[i] : Json());
  }
  state.log_history = std::move(kept);
  state.log_seconds = std::move(times);
}

}  // namespace hone::train
