// adapter_model.safetensors: the tensors of an adapter, with PEFT's names.
#pragma once

#include <string>
#include <vector>

#include "model/adapter_config.h"
#include "model/model.h"
#include "tensor/safetensors.h"
#include "tensor/stored_tensor.h"

namespace hone::model {

// Returns what the file holds: the parameters of the adapters, and those that the config saves whole.
tensor::NamedTensors adapter_tensors(const Model& model, const AdapterConfig& config);

// Attaches the adapters of a file to a model and copies its tensors. `source` names the file in errors. Returns the
// names of the parameters that the file holds whole. Errors: kInput naming the tensor for a name or a shape that is not
// the model's, or for a missing one; a head for another number of labels is skipped if `skips_other_labels`.
std::vector<std::string> load_lora(Model& model, const AdapterConfig& config,
                                   const std::vector<tensor::StoredTensor>& stored, const std::string& source,
                                   bool skips_other_labels = false);

}  // namespace hone::model
