// Models whose tokenizer has no class of its own.
#pragma once

#include <string_view>

namespace hone::text {

// Returns true for a model whose tokenizer has the parts of its tokenizer.json, whatever class the folder names.
bool has_no_class(std::string_view model_type);

}  // namespace hone::text
