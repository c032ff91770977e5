// Writes a safetensors file whose bytes come in pieces, so that no more than a piece of one tensor is in memory.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace hone::tensor {

struct TensorPlan {
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;

  uint64_t num_bytes() const;
};

// The metadata that transformers expects in a file.
inline const std::map<std::string, std::string> kPytorchMetadata = {{"format", "pt"}};

class SafetensorsWriter {
 public:
  // Writes the header. The tensors follow in the order of `plans`. Errors: kIo; kUnsupported for a type that the format
  // lacks.
  SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorPlan> plans,
                    const std::map<std::string, std::string>& metadata = kPytorchMetadata);

  // Appends the next bytes.
  void write(std::string_view bytes);

  // Makes the file appear under its name. Error (kInternal): not all bytes are there.
  void commit();

 private:
  AtomicFile file_;
  uint64_t num_left_ = 0;
};

}  // namespace hone::tensor
