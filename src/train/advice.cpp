#include "train/advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/counted.h"
#include "train/tensorboard.h"

namespace hone::train {

namespace {

using Notes = std::vector<std::string>;

void about_warmup(const AdviceInputs& in, Notes& notes) {
  const int64_t warmup = in.plan.step_plan.schedule_length.warmup_steps, total = in.plan.total_steps;
  if (warmup * 2 > total) {
    notes.push_back(
        fmt::format("the warm-up takes {} of {}, more than half the run, so the learning rate hardly reaches its peak; "
                    "a tenth is usual (--warmup-ratio 0.1)",
                    std::min(warmup, total), counted(static_cast<uint64_t>(total), "step")));
  }
  const bool is_asked = in.options.warmup_steps > 0 || in.options.warmup_ratio.value_or(0) > 0;
  if (is_asked && !in.plan.step_plan.schedule->has_warmup) {
    notes.push_back(
        fmt::format("lr_scheduler_type {} has no warm-up, so warmup_steps and warmup_ratio have no effect; "
                    "constant_with_warmup has one",
                    in.plan.step_plan.schedule->name));
  }
}

// Returns whether the run says its training loss without an entry of the log, or is asked not to.
bool needs_no_log(const AdviceInputs& in) {
  const bool ends_epoch = in.plan.steps_per_epoch <= in.plan.total_steps;
  return in.options.log_style == kLogNothing || (in.options.log_style == kLogEpochs && ends_epoch);
}

void about_logging(const AdviceInputs& in, Notes& notes) {
  if (in.plan.logging_steps <= in.plan.total_steps || needs_no_log(in)) return;
  notes.push_back(
      fmt::format("logging_steps is {}, but the run has {}: no training loss will be logged "
                  "(--logging-steps {})",
                  in.plan.logging_steps, counted(static_cast<uint64_t>(in.plan.total_steps), "step"),
                  std::max<int64_t>(1, in.plan.total_steps / 10)));
}

void about_padding(const AdviceInputs& in, Notes& notes) {
  if (!in.options.pad_to_max_length) return;
  const uint64_t padded = in.max_length * in.train.size();
  const uint64_t real = in.train.num_tokens();
  notes.push_back(fmt::format(
      "pad_to_max_length would add {} tokens of padding to the {} tokens of each epoch ({:.1f} times the work); hone "
      "computes no padding, and the results are the same",
      padded - real, real, static_cast<double>(padded) / static_cast<double>(real)));
}

void about_learning_rate(const AdviceInputs& in, Notes& notes) {
  if (in.options.learning_rate == 0) {
    notes.emplace_back("learning_rate is 0, so the model learns nothing");
  } else if (in.options.optim != "sgd" && in.options.learning_rate > 1e-3 && !in.is_from_scratch) {
    notes.push_back(
        fmt::format("learning_rate {} is far above the usual range of fine-tuning (1e-5 to 1e-4): the model "
                    "will probably lose what it learned in pretraining",
                    in.options.learning_rate));
  }
}

void about_lowest_rate(const AdviceInputs& in, Notes& notes) {
  const Schedule& schedule = *in.plan.step_plan.schedule;
  const double rate = in.options.learning_rate;
  if (!schedule.follows_metric() || rate == 0) return;
  const double lowest = in.plan.step_plan.schedule_length.settings.number("min_lr", schedule.default_min_lr);
  if (lowest < rate) return;
  notes.push_back(
      fmt::format("lr_scheduler_type {} never takes the rate below learning_rate {}, because its min_lr is {} "
                  "(--lr-scheduler-kwargs min_lr={:g})",
                  schedule.name, rate, lowest, rate / 100));
}

// Warns about options that have no effect with the other options.
void about_unused_options(const AdviceInputs& in, Notes& notes) {
  const TrainOptions& options = in.options;
  if (!options.logging_dir.empty() && !reports_to_tensorboard(options.report_to)) {
    notes.push_back(
        fmt::format("logging_dir {} has no effect without --report-to tensorboard", options.logging_dir.string()));
  }
  if (options.eval_steps && options.eval_strategy != "steps") {
    notes.push_back(fmt::format("eval_steps {} has no effect with eval_strategy {} (--eval-strategy steps)",
                                *options.eval_steps, options.eval_strategy));
  }
  if (!options.metric_for_best_model.empty() && !in.plan.evaluates()) {
    notes.push_back(fmt::format("metric_for_best_model {} has no effect without evaluations (--eval-strategy epoch)",
                                options.metric_for_best_model));
  }
}

}  // namespace

std::vector<std::string> advice(const AdviceInputs& inputs) {
  Notes notes;
  for (const auto look :
       {about_warmup, about_logging, about_padding, about_learning_rate, about_lowest_rate, about_unused_options}) {
    look(inputs, notes);
  }
  return notes;
}

}  // namespace hone::train
