// Reads fields of JSON objects in tokenizer files. Throws for a field of the wrong type, and names the file and the
// key.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::text {

// Return the field's value, or `fallback` if it is missing or null. `source` names the file (and part) in the message.
bool bool_field(const Json& object, std::string_view key, bool fallback, const std::string& source);
std::string string_field(const Json& object, std::string_view key, std::string_view fallback,
                         const std::string& source);
// Accepts integers from 0 to `limit`.
int64_t integer_field(const Json& object, std::string_view key, int64_t fallback, int64_t limit,
                      const std::string& source);

// Returns the field, which must be one character. A missing field is an error.
char32_t character_field(const Json& object, std::string_view key, const std::string& source);

// Returns the field, which must be an array. A missing field is an error.
const Json& array_field(const Json& object, std::string_view key, const std::string& source);

// Calls f(part, place) for each part of the list under `key`; `place` names the part: "SOURCE: KEY[2]".
template <typename F>
void for_each_part(const Json& object, std::string_view key, const std::string& source, const F& f) {
  size_t index = 0;
  for (const Json& part : array_field(object, key, source)) f(part, fmt::format("{}: {}[{}]", source, key, index++));
}

// Returns the "type" of a part of tokenizer.json; `part` names it in messages. Without a type, returns `fallback`, or
// throws if that is empty.
std::string part_type(const Json& spec, const std::string& source, std::string_view part,
                      std::string_view fallback = "");

}  // namespace hone::text
