// A model folder that transformers loads: config.json and model.safetensors.
#pragma once

#include <torch/csrc/api/include/torch/nn/module.h>

#include <filesystem>

#include "model/config.h"

namespace hone::model {

// Writes both files into `folder`, which is made if missing; model.safetensors first, each atomically. Does not touch
// weight files of other formats in the folder. Errors: kIo.
void save_model(const torch::nn::Module& model, const ModelConfig& config, const std::filesystem::path& folder);

// Returns config.json as transformers 5 writes it: keys sorted, "architectures" and "dtype" set.
Json saved_config(const ModelConfig& config);

}  // namespace hone::model
