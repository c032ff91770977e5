// The task of a masked language model: hidden tokens of running text.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

// Which tokens are hidden: corpus/masking.h. Errors of its examples: those of Masking.
std::unique_ptr<Task> make_masked_lm(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
