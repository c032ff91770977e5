// Folders whose weights are small integers of another program's scheme, such as GPTQ or AWQ.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::model {

// Returns the method that a config.json names ("gptq", "awq"), or an empty text for plain weights.
std::string quantisation_of(const Json& config);

// Throws kUnsupported if config.json names a method; `source` names the file or folder.
void check_is_not_quantised(const Json& config, std::string_view source);

}  // namespace hone::model
