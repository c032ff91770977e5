// Writes the log of a run: lines for people to standard output, and JSON lines with HF's keys to a file.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "train/plan.h"

namespace hone::train {

// Returns "step 10/300  epoch 0.10  loss 0.6935  grad 0.66  lr 6e-06  1823 tokens/s". At most 80 columns in runs of up
// to 30,000 steps.
std::string log_text(const Json& entry, const Plan& plan);

class RunLog {
 public:
  // `json_path` may be empty. Replaces the file; it begins with the entries of `history`.
  RunLog(const std::filesystem::path& json_path, const Json& history, const Plan& plan);

  void add(const Json& entry);

 private:
  void append(const Json& entry);

  const Plan& plan_;
  std::optional<AppendFile> json_file_;
};

}  // namespace hone::train
