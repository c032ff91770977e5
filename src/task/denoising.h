// The task of an encoder with a decoder that rebuilds broken text.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

// How the text is broken: task/noising.h. The decoder begins with "decoder_start_token_id" of config.json. Errors of
// its examples: those of Noising; kInput without this token.
std::unique_ptr<Task> make_denoising(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
