// Checks the JSON body of a request before a handler trusts it. Uses nlohmann's sorted json, because hone's ordered one
// takes quadratic time for an object with many keys.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"

namespace hone::http {

using BodyJson = nlohmann::json;

inline constexpr const char* kBodyHint = "send a JSON object, such as {\"inputs\": \"some text\"}";

// Parses the body, which must be one JSON object, nested at most kMaxJsonDepth deep. Throws RequestError (400) with
// line and column of the first error.
BodyJson json_body(std::string_view body);

// Returns a 400 that names the field: throw wrong_field("parameters.top_k", "must be a number from 1 to 5, not -1").
RequestError wrong_field(std::string_view field, std::string_view problem, std::string hint = "");

// Throws a 400 for an unknown member of `object`; it names the nearest known member. `where` is the object's own field
// name, such as "parameters", or empty for the body.
void check_members(const BodyJson& object, std::string_view where, const std::vector<std::string_view>& known);

// Truncates a client's text to a length that suits an error message.
std::string clipped(const std::string& text);

}  // namespace hone::http
