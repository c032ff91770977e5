// The state as JSON. Doubles are written with all their digits, so that a resumed run continues the same sums.
#include "train/run_state.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace hone::train {

namespace {

bool has_entry(const Json& log, int64_t step, const char* key) {
  for (auto entry = log.rbegin(); entry != log.rend(); ++entry) {
    if (entry->value("step", int64_t{-1}) == step && entry->contains(key)) return true;
  }
  return false;
}

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
    throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is missing or not a number", source, key),
                "the checkpoint was not made by hone train; start anew, with this folder as --model");
  }
  return json[key].get<T>();
}

// Older checkpoints have no such times.
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

bool RunState::has_evaluated(int64_t step) const { return has_entry(log_history, step, "eval_loss"); }

BestSoFar best_so_far(const RunState& state, const BestMetric& metric, double threshold) {
  BestSoFar best;
  if (metric.key.empty()) return best;
  for (const Json& entry : state.log_history) {
    if (!entry.contains("eval_loss")) continue;
    if (entry.contains(metric.key) && entry[metric.key].is_null()) {  // it was not finite
      ++best.evaluations_without_improvement;
      continue;
    }
    const double value = metric_of(entry, metric.key);
    const bool better = !best.metric || (metric.greater_is_better ? value > *best.metric : value < *best.metric);
    const bool improved = better && (!best.metric || std::abs(value - *best.metric) > threshold);
    best.evaluations_without_improvement = improved ? 0 : best.evaluations_without_improvement + 1;
    if (better) {
      best.metric = value;
      best.step = entry.value("step", int64_t{0});
    }
  }
  return best;
}

Json to_json(const RunState& state, const Plan& plan, const BestSoFar& best, const std::string& output_dir) {
  Json json = Json::object();
  json["best_global_step"] = best.metric ? Json(best.step) : Json();
  json["best_metric"] = best.metric ? Json(*best.metric) : Json();
  json["best_model_checkpoint"] = best.metric ? Json(fmt::format("{}/checkpoint-{}", output_dir, best.step)) : Json();
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
  json["hone"] = {{"window_loss_sum", state.window_loss_sum},
                  {"window_steps", state.window_steps},
                  {"total_loss_sum", state.total_loss_sum},
                  {"num_finite_steps", state.num_finite_steps},
                  {"num_nonfinite_steps", state.num_nonfinite_steps},
                  {"train_seconds", state.train_seconds},
                  {"log_seconds", state.log_seconds}};
  return json;
}

RunState run_state_from_json(const Json& json, const std::string& source) {
  const bool complete = json.is_object() && json.contains("hone") && json["hone"].is_object() &&
                        json.contains("log_history") && is_log(json["log_history"]);
  if (!complete) {
    throw Error(ErrorKind::kInput, fmt::format("{} does not hold the state of a hone run", source),
                "only a checkpoint made by hone train can be resumed; start anew, with this folder as --model");
  }
  const Json& own = json["hone"];
  RunState state;
  state.global_step = field<int64_t>(json, "global_step", source);
  if (state.global_step < 0) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"global_step\" is {}", source, state.global_step),
                "the checkpoint was not made by hone train; start anew, with this folder as --model");
  }
  state.num_input_tokens_seen = field<int64_t>(json, "num_input_tokens_seen", source);
  state.log_history = json["log_history"];
  state.log_seconds = times_of_log(own, state.log_history.size());
  state.window_loss_sum = field<double>(own, "window_loss_sum", source);
  state.window_steps = field<int64_t>(own, "window_steps", source);
  state.total_loss_sum = field<double>(own, "total_loss_sum", source);
  state.num_finite_steps = field<int64_t>(own, "num_finite_steps", source);
  state.num_nonfinite_steps = field<int64_t>(own, "num_nonfinite_steps", source);
  state.train_seconds = field<double>(own, "train_seconds", source);
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
