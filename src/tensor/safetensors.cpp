#include "tensor/safetensors.h"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

#include "base/json.h"
#include "tensor/dtype.h"
#include "tensor/safetensors_header.h"

namespace hone::tensor {

namespace {

std::string header_of(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> entries;  // not an ordered object, which would search linearly for each name
  if (!metadata.empty()) entries.push_back(fmt::format("\"__metadata__\":{}", Json(metadata).dump()));
  int64_t begin = 0;
  for (const auto& [name, tensor] : tensors) {
    const int64_t end = begin + static_cast<int64_t>(tensor.nbytes());
    Json entry = Json::object();
    entry["dtype"] = dtype_name(tensor.scalar_type());
    entry["shape"] = tensor.sizes().vec();
    entry["data_offsets"] = {begin, end};
    entries.push_back(fmt::format("{}:{}", Json(name).dump(), entry.dump()));
    begin = end;
  }
  std::string header = fmt::format("{{{}}}", fmt::join(entries, ","));
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace

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
  const std::string header = header_of(tensors, metadata);
  AtomicFile file(path);
  const uint64_t length = header.size();
  char length_bytes[sizeof length];
  std::memcpy(length_bytes, &length, sizeof length);
  file.write({length_bytes, sizeof length_bytes});
  file.write(header);
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor block = tensor.detach().cpu().contiguous();
    file.write({static_cast<const char*>(block.const_data_ptr()), block.nbytes()});
  }
  file.commit();
}

}  // namespace hone::tensor
