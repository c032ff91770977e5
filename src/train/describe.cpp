#include "train/describe.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/counted.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "model/parameters.h"
#include "train/adapting.h"
#include "train/checkpoint.h"

namespace hone::train {

namespace {

constexpr size_t kLabelColumns = 10;

std::string row_counts(const Prepared& prepared) {
  std::string evaluation;
  if (prepared.evaluation) {
    evaluation = fmt::format(", {} for evaluation",
                             counted(prepared.evaluation->size(), prepared.rows.evaluation_name + " row"));
  }
  return fmt::format("{} for training{}; {}", prepared.train->size(), evaluation, prepared.train->target_counts());
}

// The line of the adapters says how many parameters are trained beside them.
std::string frozen_parts(const Prepared& prepared) {
  const Freezing& freezing = prepared.freezing;
  const char* const dropout = freezing.evaluates ? "without dropout" : "with dropout";
  if (prepared.loaded.adapter) return fmt::format("{}, {}", freezing.described(), dropout);
  return fmt::format("{}: {} parameters, {}; {} are trained", freezing.described(), freezing.num_frozen, dropout,
                     freezing.num_trained);
}

// Returns "learning rate 5e-05 linear, times 0.9 for each layer below the head, 0.001 of the head".
std::string rates(const StepPlan& step) {
  const double peak = step.schedule_length.peak;
  std::string text = fmt::format("learning rate {} {}", peak, step.schedule->name);
  const RateShares& shares = step.rate_shares;
  if (shares.layerwise_decay != 1) {
    text += fmt::format(", times {} for each layer below the head", shares.layerwise_decay);
  }
  if (shares.head_factor) text += fmt::format(", {:.4g} of the head", peak * *shares.head_factor);
  return text;
}

std::string steps(const Plan& plan) {
  return fmt::format("{} of {}, {} an epoch, {} warm-up; {}; seed {}",
                     counted(static_cast<uint64_t>(plan.total_steps), "step"),
                     counted(static_cast<uint64_t>(plan.batch_size * plan.accumulation), "row"), plan.steps_per_epoch,
                     plan.step_plan.schedule_length.warmup_steps, rates(plan.step_plan), plan.step_plan.seed);
}

std::string summary(const RunState& state) {
  const Json& entry = state.log_history.back();
  const std::string loss =
      entry["train_loss"].is_number() ? fmt::format("{:.4f}", entry["train_loss"].get<double>()) : "unknown";
  return fmt::format(
      "{} in {}, {:.0f} tokens/s, mean loss {}", counted(static_cast<uint64_t>(state.global_step), "step"),
      format_duration(entry.value("train_runtime", 0.0)), entry.value("train_tokens_per_second", 0.0), loss);
}

// Returns the best step, and whether the saved model is from it.
std::string best_step(const Plan& plan, const RunState& state, const BestSoFar& best, bool is_restored,
                      const std::string& output_dir) {
  const std::string text = fmt::format("step {}, {} {:.4f}", best.step, plan.best.key, best.metric.value_or(0));
  if (is_restored || best.step == state.global_step) return text + ": the saved model";
  const auto checkpoint = checkpoint_path(output_dir, best.step);
  const std::string where = std::filesystem::is_directory(checkpoint)
                                ? fmt::format("the best is in {}", checkpoint.string())
                                : "--load-best-model-at-end saves the best";
  return fmt::format("{}; the saved model is of the last step, {}; {}", text, state.global_step, where);
}

}  // namespace

std::string fact(std::string_view label, std::string_view text) {
  return fmt::format("{:<{}}{}", label, kLabelColumns, wrapped(text, kLabelColumns, kLabelColumns, kMaxLineColumns));
}

std::vector<std::string> described_start(const std::string& model_dir, const Prepared& prepared, const Plan& plan,
                                         const tensor::Compute& compute) {
  const task::Examples& train = *prepared.train;
  const uint64_t num_tokens = train.num_tokens();
  std::vector<std::string> lines = {
      fact("rows", row_counts(prepared)), fact("first row", train.preview(0)),
      fact("tokens", fmt::format("{} an epoch, {:.0f} a row", num_tokens,
                                 static_cast<double>(num_tokens) / static_cast<double>(train.size()))),
      fact("model", fmt::format("{} from {}, {} parameters", prepared.loaded.report.class_name, model_dir,
                                model::num_parameters(*prepared.loaded.model)))};
  if (const std::string adapters = described_adapters(prepared.loaded); !adapters.empty()) {
    lines.push_back(
        fact("adapters", fmt::format("{}; {} parameters are trained", adapters, prepared.freezing.num_trained)));
  }
  if (!prepared.freezing.described().empty()) lines.push_back(fact("frozen", frozen_parts(prepared)));
  lines.push_back(fact("run", steps(plan)));
  lines.push_back(fact("machine", tensor::describe(compute)));
  return lines;
}

std::vector<std::string> described_end(RunEnd end, const Plan& plan, const RunState& state, const BestSoFar& best,
                                       std::optional<int64_t> restored_step, const std::string& output_dir,
                                       std::string_view try_it) {
  std::vector<std::string> lines;
  if (end == RunEnd::kStoppedEarly) {
    lines.push_back(
        fact("stopped", fmt::format("early: {} has not improved for {}", plan.best.key,
                                    counted(static_cast<uint64_t>(plan.best.patience.value_or(0)), "evaluation"))));
  }
  lines.push_back(fact("trained", summary(state)));
  if (best.metric) lines.push_back(fact("best", best_step(plan, state, best, restored_step.has_value(), output_dir)));
  lines.push_back(fact("saved", output_dir));
  lines.push_back(fmt::format("{:<{}}{}", "try it", kLabelColumns, fmt::format(fmt::runtime(try_it), output_dir)));
  return lines;
}

std::string described_stop(const Plan& plan, const RunState& state, const std::string& output_dir) {
  return fmt::format(
      "stopped at step {} of {}, saved in {}\nto resume it, run the same command with "
      "--resume-from-checkpoint true",
      state.global_step, plan.total_steps, checkpoint_path(output_dir, state.global_step).string());
}

}  // namespace hone::train
