// A tensor in a weight file: name, type, shape, and its bytes in the mapped file.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hone::tensor {

struct StoredTensor {
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  // in elements, from the first byte; empty: row-major
  std::string_view bytes;        // the file's reader has checked that every element is in them
};

// Returns a text such as "[384, 1536]".
std::string shape_text(const std::vector<int64_t>& shape);

// Returns the tensor in its own type and strides, in memory of its own.
at::Tensor read_tensor(const StoredTensor& stored);

// Copies into `target` (float32, same shape), converting from F16, BF16 or F64. The bytes may be unaligned. Errors:
// kUnsupported if the type is not a floating-point type, kInternal for another shape.
void copy_into(const StoredTensor& stored, const at::Tensor& target);

}  // namespace hone::tensor
