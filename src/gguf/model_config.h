// The config.json of a GGUF file.
#pragma once

#include "gguf/architecture.h"

namespace hone::gguf {

// Returns config.json as transformers 5 writes it, with keys in alphabetical order. `dtype` is the number format of the
// weights, such as "float32". Errors: a missing or invalid number; what hone cannot express.
Json config_of(const File& file, const Architecture& architecture, const Sizes& sizes, std::string_view dtype);

}  // namespace hone::gguf
