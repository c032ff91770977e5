// JSON at the edge: the body of a request checked before a handler trusts it. Bodies become nlohmann's sorted json, not
// hone's ordered one: that takes quadratic time for an object of many keys.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

#include "http/response.h"

namespace hone::http {

using BodyJson = nlohmann::json;

inline constexpr const char* kBodyHint = "send a JSON object, as {\"inputs\": \"some text\"}";

// The body, which must be one JSON object, nested at most kMaxJsonDepth deep. Throws RequestError (400) with line and
// column of the first mistake.
BodyJson json_body(std::string_view body);

// A 400 that names the field: throw wrong_field("parameters.top_k", "must be a number from 1 to 5, not -1").
RequestError wrong_field(std::string_view field, std::string_view problem, std::string hint = "");

// Throws a 400 for a member of `object` that is not known, with the nearest name. `where` is the object's own field
// name, as "parameters", or empty for the body.
void check_members(const BodyJson& object, std::string_view where, std::initializer_list<std::string_view> known);

// What an error says back of a text of the client's: no more than its beginning.
std::string clipped(const std::string& text);

}  // namespace hone::http
