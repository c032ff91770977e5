// Multi-label classification: any number of labels for a text or a pair of texts.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

std::unique_ptr<Task> make_multi_label(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
