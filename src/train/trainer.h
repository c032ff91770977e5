// The training loop: batch, forward, backward, clip, step, schedule, log, evaluate, save. HF's Trainer in what it
// computes and when; the same bits again after any interruption.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/sequence_classifier.h"
#include "task/features.h"
#include "task/tasks.h"
#include "text/tokenizer.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/plan.h"
#include "train/row_order.h"
#include "train/run_log.h"
#include "train/run_observer.h"
#include "train/run_state.h"
#include "train/step_result.h"

namespace hone::train {

struct TrainerInputs {
  std::shared_ptr<model::SequenceClassifier> model;
  const task::Features* train = nullptr;
  const task::Features* evaluation = nullptr;  // may be null where the plan does not evaluate
  const task::Task* task = nullptr;
  // Where a training row comes from, for messages: "train.csv:17".
  std::function<std::string(uint64_t row)> row_location;
  // Writes what a checkpoint holds beside weights, optimizer and state: config, tokenizer, options.
  std::function<void(const std::filesystem::path& folder)> save_model;
  RunObserver* observer = nullptr;  // may be null
  // Whether results are read a step later, as it is done always where the model is not on the processor.
  bool defers_results = false;
};

class Trainer {
 public:
  // References must outlive the trainer.
  Trainer(TrainerInputs inputs, const TrainOptions& options, const Plan& plan);

  // Takes weights, optimizer and state from a checkpoint that is known to be whole.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end, or until an interrupt or the observer asks for its end (then a checkpoint is written first).
  // Errors (kInput): three steps with a non-finite loss or gradient.
  RunEnd run();

  // Makes the model the best evaluated one where the options ask for it; returns its step.
  std::optional<int64_t> load_best();

  const RunState& state() const { return state_; }
  BestSoFar best() const { return best_so_far(state_, metric_, options_.early_stopping_threshold); }

 private:
  struct StepRows {
    int64_t step = 0;  // finished ones before it
    std::vector<std::vector<uint64_t>> micro_batches;
    uint64_t num_rows = 0, num_tokens = 0;
  };
  // A step whose work is given out, but whose result has not been read.
  struct PendingStep {
    StepRows rows;
    double learning_rate = 0;
    DeferredResult result;
  };

  void train_step(StepRows rows);
  void defer_step(StepRows rows, const at::Tensor& loss);
  void settle();  // reads the pending step's result, if there is one
  void count_step(const StepRows& rows, double learning_rate, const StepResult& result, const std::string& bad_tensor);
  StepRows rows_of_step(int64_t step);
  const std::vector<uint64_t>& order_of_epoch(int64_t epoch);
  at::Tensor compute_gradients(const StepRows& rows);  // returns the loss
  double learning_rate(int64_t finished_steps) const;
  void report_nonfinite_step(const StepRows& rows, const StepResult& result, const std::string& bad_tensor);
  std::optional<std::string> first_bad_weight() const;
  std::string first_bad_tensor() const;

  // Each does nothing where it is not due or was done before; evaluate returns false if it must stop.
  bool finish_step();
  void log();
  bool evaluate();
  bool is_best_to_load(int64_t step) const;
  void save();
  // Throws kInput where a step made a weight infinite or NaN: no such model is ever saved.
  void check_weights() const;
  void add_entry(Json entry);
  void add_summary();
  bool has_stopped_early() const;
  // An interrupt came, or the observer wants the end.
  bool must_stop();

  TrainerInputs inputs_;
  RunObserver unobserved_;
  RunObserver& observer_;
  const TrainOptions& options_;
  const Plan& plan_;
  BestMetric metric_;
  NamedParameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  OrderOptions order_options_;
  std::vector<uint64_t> lengths_;
  std::vector<uint64_t> order_;
  int64_t order_epoch_ = -1;
  RunState state_;
  std::unique_ptr<RunLog> run_log_;
  bool defers_results_ = false;
  std::optional<PendingStep> pending_;
  double last_grad_norm_ = 0, last_learning_rate_ = 0;
  int64_t saved_step_ = -1;
  double session_start_ = 0, window_start_ = 0, earlier_seconds_ = 0;
  int64_t window_tokens_ = 0, start_step_ = 0, start_tokens_ = 0;
};

}  // namespace hone::train
