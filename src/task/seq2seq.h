// The tasks that make a text of a text: translation and summarization, with a model that has an encoder and a decoder.
#pragma once

#include <memory>
#include <string_view>

#include "task/tasks.h"

namespace hone::task {

std::unique_ptr<Task> make_translation(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);
std::unique_ptr<Task> make_summarization(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

// The name of the task that a model with an encoder and a decoder was trained for; translation if it does not say so.
std::string_view seq2seq_task(const model::ModelConfig& config);

}  // namespace hone::task
