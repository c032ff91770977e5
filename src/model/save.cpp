#include "model/save.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <algorithm>

#include "base/files.h"
#include "model/families.h"
#include "model/lora_file.h"
#include "model/parameters.h"
#include "tensor/safetensors.h"

namespace hone::model {

Json saved_config(const ModelConfig& config, std::string_view class_name) {
  Json json = config.json();
  for (const char* old_key : {"torch_dtype", "_name_or_path", "num_labels", "_num_labels"}) json.erase(old_key);
  json["architectures"] = {std::string(class_name)};
  json["dtype"] = "float32";
  Json sorted = Json::object();
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) sorted[key] = json[key];
  return sorted;
}

tensor::NamedTensors saved_tensors(const Model& model) {
  const at::NoGradGuard no_gradients;
  tensor::NamedTensors tensors;
  for (const NamedParameter& parameter : named_parameters(model)) {
    tensors.emplace_back(model.saved_name(parameter.name), in_layout_of_files(model, parameter.name, parameter.tensor));
  }
  for (const auto& item : model.module().named_buffers()) {
    tensors.emplace_back(model.saved_name(item.key()), item.value());
  }
  return tensors;
}

at::Tensor in_layout_of_files(const Model& model, std::string_view name, const at::Tensor& tensor) {
  return is_transposed(model.family(), name) ? tensor.t() : tensor;
}

void save_model(const Model& model, const ModelConfig& config, const std::filesystem::path& folder) {
  make_folders(folder);
  tensor::write_safetensors(folder / "model.safetensors", saved_tensors(model));
  write_json(folder / "config.json", saved_config(config, model.class_name()));
}

void save_adapter(const Model& model, const AdapterConfig& adapter, const ModelConfig& config,
                  const std::filesystem::path& folder) {
  make_folders(folder);
  tensor::write_safetensors(folder / kAdapterWeightsFile, adapter_tensors(model, adapter));
  write_json(folder / kAdapterConfigFile, adapter.to_json());
  write_json(folder / kAdaptedConfigFile, saved_config(config, model.class_name()));
}

}  // namespace hone::model
