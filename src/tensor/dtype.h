// The element types of weights files, by safetensors' names.
#pragma once

#include <c10/core/ScalarType.h>

#include <string_view>

namespace hone::tensor {

// Throws kUnsupported for a name that hone does not know.
at::ScalarType dtype_of_name(std::string_view name);
// "F32"; throws kUnsupported for a type that safetensors files do not hold.
std::string_view dtype_name(at::ScalarType dtype);

}  // namespace hone::tensor
