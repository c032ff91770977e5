// The header of a safetensors file, parsed and checked against the bytes of the file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/stored_tensor.h"

namespace hone::tensor {

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // sorted by position; bytes are views of `file`
  std::map<std::string, std::string> metadata;
};

// `file`: all bytes of the file; `source` names it in errors (kInput).
SafetensorsHeader parse_safetensors_header(std::string_view file, const std::string& source);

}  // namespace hone::tensor
