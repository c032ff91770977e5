// `hone train` as a function: from options to a trained model folder.
#pragma once

#include "train/options.h"
#include "train/trainer.h"

namespace hone::train {

// Reads the inputs, trains, evaluates, saves and logs as the options say. Errors: those of the floors below.
RunEnd run_training(const TrainOptions& options);

}  // namespace hone::train
