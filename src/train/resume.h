// Checks whether a run may resume from a checkpoint of hone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/options.h"

namespace hone::train {

// Compares the run with the one that wrote the checkpoint, before rows and model are read. Warns of different options
// that change the results. Errors (kUsage): the checkpoint's run started from another model or another tokenizer.
void check_resumable(const TrainOptions& options, const std::filesystem::path& checkpoint);

// Throws kUsage if the checkpoint has other labels, or the same labels in another order.
void check_labels(const std::vector<std::string>& id2label, const std::filesystem::path& checkpoint);

}  // namespace hone::train
