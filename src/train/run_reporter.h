// Writes the files that describe a run into its folder: run.json, metrics.jsonl, evaluations/ and TensorBoard's events.
// Looks for the file "stop". If a file cannot be written, logs one warning; the run continues.
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

// The facts that are known before rows and model are read.
struct RunRequest {
  std::filesystem::path output_dir;
  std::string model;  // the folder to start from
  Json options;       // all of them, by name
  double num_train_epochs = 0;
  std::optional<std::filesystem::path> events_folder;  // folder of TensorBoard's event files; nullopt: writes none
};

// The facts that are known after rows and model are read.
struct RunFacts {
  Json values;  // of run.json: "model", "num_parameters", "task", "labels", "device" ...
  Json model_config;
};

class RunReporter : public RunObserver {
 public:
  // This process must hold the lock of the folder. Does not change the files of an earlier run until begin(), so that a
  // mistyped option costs nothing. If there is no earlier run, writes run.json at once with the phase "preparing".
  RunReporter(RunRequest request, bool holds_earlier_run);

  // Call it after all checks of the inputs. `plan` must outlive the reporter.
  void begin(RunFacts facts, const Plan& plan);
  bool has_begun() const { return plan_ != nullptr; }
  void ended(RunEnd end);
  // Records that the run ends with this error.
  void failed(const std::exception& error);
  // Call it if the run cannot start because an option is wrong or a file is missing. Removes run.json if this run wrote
  // it.
  void withdraw();

  void started(const RunState& state, const BestSoFar& best) override;
  void entered(RunPhase phase) override;
  void advanced(const RunState& state) override;
  void logged(const RunState& state) override;
  void evaluated(const metric::Report& report, const RunState& state, const BestSoFar& best) override;
  void beat() override;
  bool wants_stop() override;

 private:
  // Calls `write`. Returns false after an error, and logs a warning for the first error of each `what`.
  bool attempt(const char* what, const std::function<void()>& write);

  RunRequest request_;
  const Plan* plan_ = nullptr;
  RunFacts facts_;
  RunStatus status_;
  StopFile stop_;
  MetricsFile metrics_;
  std::unique_ptr<TensorBoardLog> tensorboard_;
  std::set<std::string> failed_;
  bool is_visible_;  // run.json describes this run
};

}  // namespace hone::train
