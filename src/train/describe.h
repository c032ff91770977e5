// The summaries that hone logs before the first step and after the last step of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/compute.h"
#include "train/plan.h"
#include "train/prepare.h"
#include "train/run_observer.h"

namespace hone::train {

// Returns "label     text", wrapped to lines of at most 80 columns.
std::string fact(std::string_view label, std::string_view text);

// Returns lines about rows, tokens, model, steps and machine, of at most 80 columns where possible.
std::vector<std::string> described_start(const std::string& model_dir, const Prepared& prepared, const Plan& plan,
                                         const tensor::Compute& compute);

// Returns lines about the end of a completed run and its model. `restored_step`: the step of the best model, if that
// became the final one. `try_it`: TaskRow::try_it.
std::vector<std::string> described_end(RunEnd end, const Plan& plan, const RunState& state, const BestSoFar& best,
                                       std::optional<int64_t> restored_step, const std::string& output_dir,
                                       std::string_view try_it = "hone predict --model {} --text \"...\"");

// Returns where a run stopped and how to resume it.
std::string described_stop(const Plan& plan, const RunState& state, const std::string& output_dir);

}  // namespace hone::train
