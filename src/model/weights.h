// Reads the weights of a model folder from model.safetensors or its shards, else from pytorch_model.bin or its shards.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

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

 private:
  void open(const std::filesystem::path& path);
  void open_shards(const std::filesystem::path& index_path);

  std::vector<std::shared_ptr<const void>> opened_;  // keeps the files mapped
  std::vector<tensor::StoredTensor> tensors_;
};

}  // namespace hone::model
