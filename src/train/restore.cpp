// Restoring by name.
#include "train/restore.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <map>

#include "base/error.h"

namespace hone::train {

void restore_tensors(const std::filesystem::path& path, const tensor::NamedTensors& targets) {
  const at::NoGradGuard no_gradients;
  const tensor::SafetensorsFile file(path);
  std::map<std::string_view, const tensor::StoredTensor*> by_name;
  for (const tensor::StoredTensor& stored : file.tensors()) by_name.emplace(stored.name, &stored);
  for (const auto& [name, target] : targets) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second->shape != target.sizes().vec()) {
      throw Error(
          ErrorKind::kInput,
          fmt::format("{}: \"{}\" {}, the run needs {}", path.string(), name,
                      found == by_name.end() ? "is missing" : "has shape " + tensor::shape_text(found->second->shape),
                      tensor::shape_text(target.sizes().vec())),
          "the checkpoint is of another model or optimizer: resume with the options it was made with");
    }
    tensor::copy_into(*found->second, target);
  }
}

tensor::NamedTensors as_tensors(const std::vector<model::NamedParameter>& parameters) {
  tensor::NamedTensors tensors;
  for (const model::NamedParameter& parameter : parameters) tensors.emplace_back(parameter.name, parameter.tensor);
  return tensors;
}

}  // namespace hone::train
