// A tensor in a weight file: name, type, shape, and its bytes in the mapped file.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
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

// Copies into `target` (of the same shape, in any floating-point type), converting from F32, F16, BF16 or F64. The
// bytes may be unaligned. Copies large tensors part by part, and calls `used` with the bytes of each part that is not
// read again. Errors: kUnsupported if the stored type is not a floating-point type, kInternal for another shape.
void copy_into(const StoredTensor& stored, const at::Tensor& target,
               const std::function<void(std::string_view bytes)>& used = {});

// Returns whether both have the same shape and are equal as float32.
bool have_equal_values(const StoredTensor& a, const StoredTensor& b);

}  // namespace hone::tensor
