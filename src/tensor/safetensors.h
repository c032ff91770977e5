// The safetensors format (huggingface.co/docs/safetensors): 8 bytes of header length, a JSON header, then the bytes of
// the tensors without gaps. Maps the file, and checks its header before use.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "tensor/stored_tensor.h"

namespace hone::tensor {

class SafetensorsFile {
 public:
  // Errors: kIo; kInput naming file, tensor and value for an invalid file.
  explicit SafetensorsFile(const std::filesystem::path& path);

  // Returns the tensors in the order of their bytes; valid while this object lives.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const MappedFile& mapped() const { return file_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  MappedFile file_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// Writes atomically, tensor by tensor, in the order of HF's writer (wider types first, then by name).
void write_safetensors(const std::filesystem::path& path, NamedTensors tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace hone::tensor
