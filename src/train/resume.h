// Checks whether a run may resume from a checkpoint of hone.
#pragma once

#include <filesystem>

#include "model/config.h"
#include "train/options.h"

namespace hone::train {

// Compares the run with the one that wrote the checkpoint, before rows and model are read. Warns of different options
// that change the results. Errors (kUsage): the checkpoint's run started from another model or another tokenizer.
void check_resumable(const TrainOptions& options, const std::filesystem::path& checkpoint);

// Errors (kUsage): the checkpoint's model has not the labels of `config`, in this order.
void check_targets(const model::ModelConfig& config, const std::filesystem::path& checkpoint);

}  // namespace hone::train
