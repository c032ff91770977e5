// Tells how a run goes in the files of its folder: run.json, metrics.jsonl, evaluations/, TensorBoard's events; and
// hears the file "stop". A file that cannot be written is named once in a warning and never ends the run.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "train/metrics_file.h"
#include "train/options.h"
#include "train/plan.h"
#include "train/run_observer.h"
#include "train/run_status.h"
#include "train/stop_file.h"
#include "train/tensorboard.h"

namespace hone::train {

// What is known once rows and model are read.
struct RunFacts {
  Json values;  // of run.json: "model", "num_parameters", "task", "labels", "device" ...
  std::vector<std::string> labels;
  Json model_config;
  std::function<Json(uint64_t row)> describe_row;  // of the evaluation rows, see train/evaluation_file.h
};

class RunReporter : public RunObserver {
 public:
  // For a folder that this process holds. Where it holds an earlier run, that one's files stay as they are until
  // begin(): a mistyped option costs nothing. Else run.json says at once that a run is being prepared.
  RunReporter(const TrainOptions& options, bool holds_earlier_run);

  // Nothing can keep the run from starting any more. The references must outlive the reporter.
  void begin(RunFacts facts, const Plan& plan);
  void ended(RunEnd end);
  // The run ends with this error.
  void failed(std::string message);

  void started(const RunState& state, const BestSoFar& best) override;
  void entered(RunPhase phase) override;
  void advanced(const RunState& state) override;
  void logged(const RunState& state) override;
  void evaluated(const eval::EvaluationResult& result, const RunState& state, const BestSoFar& best) override;
  bool wants_stop() override;

 private:
  // Runs `write`; false after an error, of which the first of each `what` is told.
  bool attempt(const char* what, const std::function<void()>& write);

  const TrainOptions& options_;
  const Plan* plan_ = nullptr;
  RunFacts facts_;
  std::string best_metric_;
  RunStatus status_;
  StopFile stop_;
  MetricsFile metrics_;
  std::unique_ptr<TensorBoardLog> tensorboard_;
  std::set<std::string> failed_;
  bool is_visible_;  // run.json is this run's
};

}  // namespace hone::train
