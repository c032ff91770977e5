// pytorch_model.bin: a state dict as torch.save writes it since torch 1.6 (a zip file with a pickle and the storages).
// Maps the file, and executes nothing in it (tensor/pickle.h).
#pragma once

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "tensor/stored_tensor.h"

namespace hone::tensor {

class TorchFile {
 public:
  // Errors: kIo; kInput and kUnsupported naming file, tensor and value.
  explicit TorchFile(const std::filesystem::path& path);

  // Returns the tensors in the order of the state dict; valid while this object lives.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const MappedFile& mapped() const { return file_; }

 private:
  MappedFile file_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace hone::tensor
