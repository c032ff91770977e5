// `hone train --find-lr`: tests a range of learning rates on a copy of the model that is thrown away.
#pragma once

#include <optional>
#include <span>

#include "options/given.h"
#include "train/options.h"
#include "train/range_test.h"

namespace hone::train {

// Returns the first of these options that only --find-lr reads, or null.
const options::GivenOption* range_option(std::span<const options::GivenOption> given);

// In the output folder.
inline constexpr const char *kRangePageFile = "learning_rates.html", *kRangePointsFile = "learning_rates.jsonl";

// Takes steps as the run with these options would, with the same rows, dropout, optimizer, adapters and frozen parts.
// But the learning rate rises exponentially from find_lr_min to find_lr_max, and each group of parameters keeps its
// share of it. Writes only the two files above. Returns nullopt, and writes nothing, after an interrupt. Errors: those
// of run_training(); kUsage for a range that does not rise, or a run to resume.
std::optional<RangeTest> find_learning_rate(const TrainOptions& options,
                                            std::span<const options::GivenOption> given = {});

}  // namespace hone::train
