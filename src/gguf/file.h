// A GGUF file (ggml's docs/gguf.md), versions 2 and 3: a header, metadata, descriptions of the tensors, then their
// bytes. Maps the file, and checks every number of it before use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "gguf/metadata.h"
#include "gguf/tensor_types.h"

namespace hone::gguf {

struct Tensor {
  std::string name;
  const TensorType* type = nullptr;
  std::vector<int64_t> shape;  // as in HF: the last size is that of a row, whose values are adjacent
  std::string_view bytes;      // whole blocks
};

struct Contents {
  uint32_t version = 0;
  Metadata metadata;
  std::vector<Tensor> tensors;  // in the order of the file; their bytes are views of it
};

// Reads the bytes of a whole file; `source` names it in errors. Errors: kInput naming the key or tensor, the value and
// the place; kUnsupported for a big-endian file, another version, or a tensor of an unknown type.
Contents parse(std::string_view bytes, const std::string& source);

// Returns all values of a tensor, row-major. Errors: kUnsupported for a type that hone does not read.
std::vector<float> values_of(const Tensor& tensor);

// Returns true if the file begins as a GGUF file does. Errors: kIo.
bool is_gguf(const std::filesystem::path& path);

class File {
 public:
  // Errors: kIo; those of parse().
  explicit File(const std::filesystem::path& path);

  const std::string& source() const { return source_; }
  const Metadata& metadata() const { return contents_.metadata; }
  const std::vector<Tensor>& tensors() const { return contents_.tensors; }
  // Returns null if there is no such tensor.
  const Tensor* find_tensor(std::string_view name) const;
  size_t num_bytes() const { return map_.bytes().size(); }

 private:
  std::string source_;
  MappedFile map_;
  Contents contents_;
  std::unordered_map<std::string_view, const Tensor*> by_name_;
};

}  // namespace hone::gguf
