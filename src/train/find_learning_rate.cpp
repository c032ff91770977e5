#include "train/find_learning_rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/quiet_log.h"
#include "train/plan.h"
#include "train/prepare.h"
#include "train/run_state.h"
#include "train/step_rows.h"
#include "train/stepper.h"
#include "train/trainer_inputs.h"
#include "train/unfreezing.h"

namespace hone::train {

namespace {

void check_folder(const TrainOptions& options) {
  if (!options.resume_from_checkpoint.empty() && options.resume_from_checkpoint != "false") {
    throw Error(ErrorKind::kUsage, "find_lr and resume_from_checkpoint are both given",
                "leave one of them out; the range test begins with the model of --model");
  }
  if (std::filesystem::exists(options.output_dir) && !std::filesystem::is_directory(options.output_dir)) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is not a folder", options.output_dir.string()),
                "give another --output-dir");
  }
}

// Returns nullopt after an interrupt.
std::optional<RangeTest> take_steps(const TrainOptions& options, Prepared& prepared, const Plan& plan) {
  const int64_t num_steps = options.range_test.find_lr_steps;
  Unfreezing unfreezing(prepared.loaded, options, plan.steps_per_epoch);
  TrainerInputs inputs;
  inputs.model = prepared.loaded.model;
  inputs.train = prepared.train.get();
  StepRowSource rows(plan, *prepared.train);
  Stepper stepper(inputs, plan.step_plan);
  RunState state;
  RangeCurve curve;
  RangeTestEnd end = RangeTestEnd::kAllSteps;
  Progress progress("testing learning rates", "step", static_cast<uint64_t>(num_steps));
  const QuietLog quiet;  // a loss that is not finite is how such a test may end
  for (int64_t step = 0; step < num_steps && end == RangeTestEnd::kAllSteps; ++step) {
    if (pending_interrupt() != 0) return std::nullopt;
    if (unfreezing.advance(step)) stepper.renew_optimizer(state);
    stepper.step(rows.rows_of_step(step), state);
    stepper.settle(state);
    if (state.num_nonfinite_steps > 0) {
      end = RangeTestEnd::kNonfinite;
    } else if (!curve.add(stepper.last_learning_rate(), std::exchange(state.window_loss_sum, 0))) {
      end = RangeTestEnd::kDiverged;
    }
    progress.advance();
  }
  return RangeTest{options.model_name_or_path.string(), num_steps, curve.points(), end};
}

}  // namespace

const options::GivenOption* range_option(std::span<const options::GivenOption> given) {
  const auto found = std::ranges::find_if(
      given, [](const options::GivenOption& option) { return option.name.starts_with("find_lr_"); });
  return found == given.end() ? nullptr : &*found;
}

std::optional<RangeTest> find_learning_rate(const TrainOptions& options, std::span<const options::GivenOption> given) {
  check_folder(options);
  check_run_options(options, given);
  const InterruptGuard interrupts;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  Prepared prepared = prepare(options, given);
  prepared.loaded.model->set_compute(compute);
  const Plan plan = make_range_plan(options, static_cast<int64_t>(prepared.train->size()), prepared.task->metrics());
  log_info("testing the learning rates {:.1e} to {:.1e} in {}; nothing of the model is saved",
           options.range_test.find_lr_min, options.range_test.find_lr_max,
           counted(static_cast<uint64_t>(options.range_test.find_lr_steps), "step"));
  std::optional<RangeTest> test = take_steps(options, prepared, plan);
  if (!test) {
    log_warning("interrupted: nothing is written");
    return std::nullopt;
  }
  make_folders(options.output_dir);
  write_file(options.output_dir / kRangePointsFile, range_test_lines(*test));
  write_file(options.output_dir / kRangePageFile, range_test_page(*test));
  return test;
}

}  // namespace hone::train
