// Whether a run may be resumed from a checkpoint of hone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/options.h"

namespace hone::train {

// Compares a run with the one that wrote the checkpoint, before rows and model are read. Warns of options that differ
// and change what is computed. Errors (kUsage): the checkpoint's run started from another model or another tokenizer.
void check_resumable(const TrainOptions& options, const std::filesystem::path& checkpoint);

// Errors (kUsage): the checkpoint's labels are not these, in this order.
void check_labels(const std::vector<std::string>& id2label, const std::filesystem::path& checkpoint);

}  // namespace hone::train
