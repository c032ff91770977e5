// `hone train` as a function: from options to a trained model folder.
#pragma once

#include <span>

#include "options/given.h"
#include "train/options.h"
#include "train/trainer.h"

namespace hone::train {

// Reads the inputs, trains, evaluates, saves and logs as the options say. `given`: the options that the user chose.
// Errors: those of the floors below.
RunEnd run_training(const TrainOptions& options, std::span<const options::GivenOption> given = {});

}  // namespace hone::train
