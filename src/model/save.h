// Writes a model folder that transformers loads: config.json and model.safetensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string_view>

#include "model/adapter_config.h"
#include "model/config.h"
#include "model/model.h"
#include "tensor/safetensors.h"

namespace hone::model {

// Returns the parameters as model.safetensors holds them: its names, and views of the parameters in its layout.
tensor::NamedTensors saved_tensors(const Model& model);
// Returns a view of a parameter, or of its gradient, in the layout of files.
at::Tensor in_layout_of_files(const Model& model, std::string_view name, const at::Tensor& tensor);

// Writes both files into `folder`, which is made if missing; model.safetensors first, each atomically. Does not touch
// weight files of other formats in the folder. Errors: kIo.
void save_model(const Model& model, const ModelConfig& config, const std::filesystem::path& folder);

// Writes adapter_config.json, adapter_model.safetensors and kAdaptedConfigFile, in the same way. PEFT loads the first
// two; the third one tells hone the labels. Errors: kIo.
void save_adapter(const Model& model, const AdapterConfig& adapter, const ModelConfig& config,
                  const std::filesystem::path& folder);

// Returns config.json as transformers 5 writes it: keys sorted, "architectures" (the class) and "dtype" set.
Json saved_config(const ModelConfig& config, std::string_view class_name);

}  // namespace hone::model
