// `hone train` as a function: from options to a trained model folder.
#pragma once

#include <filesystem>
#include <functional>
#include <span>

#include "options/given.h"
#include "task/features.h"
#include "task/row_margins.h"
#include "train/options.h"
#include "train/trainer.h"

namespace hone::train {

// What a caller adds to a run.
struct RunHooks {
  RunObserver* observer = nullptr;  // observes the run, and may stop it
  // Where the output of frozen layers, and the corpora that are made of text, stay for later runs with the same rows
  // and frozen layers. Empty: in the output folder.
  std::filesystem::path prefix_dir;
  task::KnownFeatures* known_features = nullptr;  // tokens of earlier runs
  // Called with the final model, before its files are written, and the evaluation rows, which may be null.
  std::function<void(const model::Model& model, const task::Examples* evaluation)> trained;
  task::RowMargins* margins = nullptr;  // gets the margins of the training rows, if the task has them
};

// Reads the inputs, trains, evaluates, saves and logs as the options say. `given`: the options that the user chose.
// Errors: those of the floors below.
RunEnd run_training(const TrainOptions& options, std::span<const options::GivenOption> given = {},
                    const RunHooks& hooks = {});

}  // namespace hone::train
