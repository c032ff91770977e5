// Token classification: a tag for each word of a text, such as the names of people and places (named entities).
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

std::unique_ptr<Task> make_token_classification(const TaskOptions& options, const model::ModelConfig& config,
                                                Purpose purpose);

}  // namespace hone::task
