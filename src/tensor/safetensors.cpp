#include "tensor/safetensors.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "tensor/safetensors_header.h"
#include "tensor/safetensors_writer.h"

namespace hone::tensor {

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path) {
  SafetensorsHeader header = parse_safetensors_header(file_.bytes(), path.string());
  tensors_ = std::move(header.tensors);
  metadata_ = std::move(header.metadata);
}

void write_safetensors(const std::filesystem::path& path, NamedTensors tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(b.second.element_size(), std::string_view(a.first)) <
           std::pair(a.second.element_size(), std::string_view(b.first));
  });
  std::vector<TensorPlan> plans;
  for (const auto& [name, tensor] : tensors) plans.push_back({name, tensor.scalar_type(), tensor.sizes().vec()});
  SafetensorsWriter file(path, plans, metadata);
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor block = tensor.detach().cpu().contiguous();
    file.write({static_cast<const char*>(block.const_data_ptr()), block.nbytes()});
  }
  file.commit();
}

}  // namespace hone::tensor
