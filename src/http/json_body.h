// JSON at the edge: the body of a request checked before a handler trusts it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/request.h"
#include "http/response.h"

namespace hone::http {

// The body, which must be one JSON object, nested at most kMaxJsonDepth deep. Throws RequestError (400) with line and
// column of the first mistake.
Json json_body(const Request& request);

// A 400 that names the field: throw wrong_field("parameters.top_k", "must be a number from 1 to 5, not -1").
RequestError wrong_field(std::string_view field, std::string_view problem, std::string hint = "");

// Throws a 400 for a member of `object` that is not known, with the nearest name. `where` is the object's own field
// name, as "parameters", or empty for the body.
void check_members(const Json& object, std::string_view where, std::initializer_list<std::string_view> known);

// What kind of JSON value it is, as "a text", "an object", "null": for messages.
std::string_view kind_of(const Json& value);

}  // namespace hone::http
