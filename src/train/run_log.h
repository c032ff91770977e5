// Writes the log of a run: lines for people to standard output, and JSON lines with HF's keys to a file.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "train/names.h"
#include "train/plan.h"
#include "train/run_state.h"

namespace hone::train {

// Returns "step 10/300  epoch 0.10  loss 0.6935  grad 0.66  lr 6e-06  1823 tokens/s". At most 80 columns in runs of up
// to 30,000 steps.
std::string log_text(const Json& entry, const Plan& plan);

// Returns "Epoch 1, Train Loss: 0.4512, Val Loss: 0.3876". `train_loss` is the mean over the rows of the epoch; without
// an evaluation at its end there is no Val Loss.
std::string epoch_text(double epoch, double train_loss, std::optional<double> evaluation_loss);

class RunLog {
 public:
  // `json_path` may be empty. `style` says what standard output gets, by a name in kLogStyleNames. Replaces the file;
  // it begins with the entries of `history`.
  RunLog(const std::filesystem::path& json_path, const Json& history, const Plan& plan,
         std::string_view style = kLogSteps);

  void add(const Json& entry);
  // The state is that of the epoch's last step, after its evaluation.
  void end_epoch(const RunState& state);

 private:
  void append(const Json& entry);

  const Plan& plan_;
  std::string_view style_;
  std::optional<AppendFile> json_file_;
};

}  // namespace hone::train
