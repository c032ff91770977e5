// What a user reads of a run before its first step and after its last one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tensor/compute.h"
#include "train/plan.h"
#include "train/prepare.h"
#include "train/run_observer.h"

namespace hone::train {

// Rows, tokens, model, steps and machine, in lines of at most 80 columns if their words allow it.
std::vector<std::string> described_start(const std::string& model_dir, const Prepared& prepared, const Plan& plan,
                                         const tensor::Compute& compute);

// How a run ended that is not to be resumed, and where its model is. `restored_step`: the final model is that of an
// earlier step, the best one.
std::vector<std::string> described_end(RunEnd end, const Plan& plan, const RunState& state, const BestSoFar& best,
                                       std::optional<int64_t> restored_step, const std::string& output_dir);

// Where a run stopped that is to be resumed, and how.
std::string described_stop(const Plan& plan, const RunState& state, const std::string& output_dir);

}  // namespace hone::train
