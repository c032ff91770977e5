// The matches of a pattern of Replace: {"String": "..."} or {"Regex": "..."} in tokenizer.json.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"
#include "text/split_behavior.h"

namespace hone::text {

// Returns the matches in checked UTF-8, and the parts between them, with their bytes.
using FindMatches = std::function<SplitParts(std::string_view text)>;

// Errors: kInput for an empty or missing pattern; those of Regex.
FindMatches make_find_matches(const Json& pattern, const std::string& source);

}  // namespace hone::text
