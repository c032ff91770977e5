// Tensors of a checkpoint copied back into those of a run.
#pragma once

#include <filesystem>

#include "model/parameters.h"
#include "tensor/safetensors.h"

namespace hone::train {

// Copies every target's namesake of the safetensors file into it. Errors (kInput): one is missing or of another shape.
void restore_tensors(const std::filesystem::path& file, const tensor::NamedTensors& targets);

// The parameters as tensors to restore or to save.
tensor::NamedTensors as_tensors(const std::vector<model::NamedParameter>& parameters);

}  // namespace hone::train
