// Reads the weights of a model folder from model.safetensors or its shards, else from pytorch_model.bin or its shards.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "tensor/stored_tensor.h"

namespace hone::model {

class WeightFiles {
 public:
  // Opens the folder's files, safetensors before .bin. Errors: kIo; kInput, also if a shard of the index is missing.
  explicit WeightFiles(const std::filesystem::path& folder);

  // Returns false if the folder has no weights.
  bool found() const { return !opened_.empty(); }
  // Valid while this object lives.
  const std::vector<tensor::StoredTensor>& tensors() const { return tensors_; }
  // Gives the memory of bytes of a tensor back to the system, after their last use.
  void release(std::string_view bytes) const;

 private:
  void open(const std::filesystem::path& path);
  void open_shards(const std::filesystem::path& index_path);

  std::vector<std::shared_ptr<const MappedFile>> opened_;
  std::vector<tensor::StoredTensor> tensors_;
};

}  // namespace hone::model
