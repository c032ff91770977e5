// The task of an encoder with a decoder that rebuilds broken text.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

// How the text is broken: corpus/noising.h. Errors of its examples: those of Noising and of DecoderInput::check.
std::unique_ptr<Task> make_denoising(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
