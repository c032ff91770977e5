// Converts the element types of weight files from and to safetensors' names.
#pragma once

#include <c10/core/ScalarType.h>

#include <string_view>

namespace hone::tensor {

// Throws kUnsupported if hone does not know the name.
at::ScalarType dtype_of_name(std::string_view name);
// Returns a name such as "F32". Throws kUnsupported for a type that safetensors files do not support.
std::string_view dtype_name(at::ScalarType dtype);

}  // namespace hone::tensor
