// A run that uses everything that a resume must restore, and its final results, which tests compare bit for bit.
#pragma once

#include <doctest/doctest.h>

#include "temporary_folder.h"
#include "train/train_fixture.h"

namespace hone {

// 22 rows make 3 steps per epoch, of 8, 8 and 6 rows; 12 steps in total, with everything that a resume must restore.
inline train::TrainOptions busy_options(const std::filesystem::path& output_dir) {
  train::TrainOptions options = quiet_options(output_dir);
  options.num_train_epochs = 4;
  options.gradient_accumulation_steps = 2;
  options.warmup_steps = 2;
  options.weight_decay = 0.01;
  options.label_smoothing_factor = 0.1;
  options.logging_steps = 3;
  options.eval_strategy = "steps";
  options.eval_steps = 4;
  options.save_strategy = "steps";
  options.save_steps = 5;
  return options;
}

// The final results of a run.
struct Ending {
  Tensors weights, optimizer;
  std::string log, state;
};

inline Ending ending(const TinyRun& run) {
  Ending end{run.weights(), run.saved(run.plan.total_steps, train::kOptimizerFile), timeless_log(run.trainer->state()),
             ""};
  train::RunState state = run.trainer->state();
  state.log_history = state.log_seconds = Json::array();
  state.train_seconds = 0;
  end.state = train::trainer_state_json(state, run.plan, run.trainer->best(), "out").dump() +
              train::hone_state_json(state).dump();
  return end;
}

inline void check_same(const Ending& one, const Ending& other) {
  CHECK(same_bits(one.weights, other.weights));
  CHECK(same_bits(one.optimizer, other.optimizer));
  CHECK(one.log == other.log);
  CHECK(one.state == other.state);
}

inline Ending uninterrupted(train::TrainOptions options) {
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  TinyRun run(options, made_up_rows(22));
  CHECK(run.run() == train::RunEnd::kFinished);
  return ending(run);
}

}  // namespace hone
