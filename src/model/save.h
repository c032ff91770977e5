// A model folder that transformers loads: config.json and model.safetensors.
#pragma once

#include <torch/csrc/api/include/torch/nn/module.h>

#include <filesystem>

#include "model/config.h"

namespace hone::model {

// Writes both files into `folder` (made if missing), each whole or not at all; model.safetensors first. Weight files of
// other kinds that lie there are left alone. Errors: kIo.
void save_model(const torch::nn::Module& model, const ModelConfig& config, const std::filesystem::path& folder);

// config.json as transformers 5 writes it: keys sorted, "architectures" and "dtype" set.
Json saved_config(const ModelConfig& config);

}  // namespace hone::model
