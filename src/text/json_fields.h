// Fields of JSON objects in tokenizer files: each has one type, and a wrong one is an error that names file and key.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::text {

// The field's value, or `fallback` where it is absent or null. `source` names the file (and part) in the message.
bool bool_field(const Json& object, std::string_view key, bool fallback, const std::string& source);
std::string string_field(const Json& object, std::string_view key, std::string_view fallback,
                         const std::string& source);
// 0 up to `limit`.
int64_t integer_field(const Json& object, std::string_view key, int64_t fallback, int64_t limit,
                      const std::string& source);

// The field, which must be an array. An absent one is an error.
const Json& array_field(const Json& object, std::string_view key, const std::string& source);

// The "type" of a part of tokenizer.json (`part` names it in the message); `fallback` if it has none and that is not
// empty.
std::string part_type(const Json& spec, const std::string& source, std::string_view part,
                      std::string_view fallback = "");

}  // namespace hone::text
