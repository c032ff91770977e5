// Reports a run in the files of its folder: run.json, metrics.jsonl, evaluations/, TensorBoard's events; and watches
// for the file "stop". A file that cannot be written is named in one warning and never ends the run.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "train/metrics_file.h"
#include "train/plan.h"
#include "train/run_observer.h"
#include "train/run_status.h"
#include "train/stop_file.h"
#include "train/tensorboard.h"

namespace hone::train {

// What is known before rows and model are read.
struct RunRequest {
  std::filesystem::path output_dir;
  std::string model;  // the folder to start from
  Json options;       // all of them, by name
  double num_train_epochs = 0;
  std::optional<std::filesystem::path> events_folder;  // of TensorBoard's event files; nullopt: none are written
};

// What is known once rows and model are read.
struct RunFacts {
  Json values;  // of run.json: "model", "num_parameters", "task", "labels", "device" ...
  Json model_config;
};

class RunReporter : public RunObserver {
 public:
  // For a folder that this process holds. If it holds an earlier run, that run's files stay as they are until begin(),
  // so that a mistyped option costs nothing. Otherwise run.json says at once that a run is being prepared.
  RunReporter(RunRequest request, bool holds_earlier_run);

  // Call it when nothing can keep the run from starting. `plan` must outlive the reporter.
  void begin(RunFacts facts, const Plan& plan);
  bool has_begun() const { return plan_ != nullptr; }
  void ended(RunEnd end);
  // The run ends with this error.
  void failed(const std::exception& error);
  // The run could not start, because an option is wrong or a file is missing: removes run.json if it is this run's.
  void withdraw();

  void started(const RunState& state, const BestSoFar& best) override;
  void entered(RunPhase phase) override;
  void advanced(const RunState& state) override;
  void logged(const RunState& state) override;
  void evaluated(const metric::Report& report, const RunState& state, const BestSoFar& best) override;
  void beat() override;
  bool wants_stop() override;

 private:
  // Runs `write`. Returns false after an error, and warns of the first error of each `what`.
  bool attempt(const char* what, const std::function<void()>& write);

  RunRequest request_;
  const Plan* plan_ = nullptr;
  RunFacts facts_;
  RunStatus status_;
  StopFile stop_;
  MetricsFile metrics_;
  std::unique_ptr<TensorBoardLog> tensorboard_;
  std::set<std::string> failed_;
  bool is_visible_;  // run.json is this run's
};

}  // namespace hone::train
