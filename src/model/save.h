// Writes a model folder that transformers loads: config.json and model.safetensors.
#pragma once

#include <torch/csrc/api/include/torch/nn/module.h>

#include <filesystem>

#include "model/config.h"

namespace hone::model {

// Writes model.safetensors, then config.json into `folder`, each atomically. Creates the folder if it is missing. Does
// not change weight files of other formats there. Errors: kIo.
void save_model(const torch::nn::Module& model, const ModelConfig& config, const std::filesystem::path& folder);

// Returns config.json as transformers 5 writes it: keys sorted, "architectures" and "dtype" set.
Json saved_config(const ModelConfig& config);

}  // namespace hone::model
