// Checks of bodies.
#include "http/json_body.h"

#include <nlohmann/json.hpp>

#include <vector>

#include "base/names.h"

namespace hone::http {

namespace {

constexpr const char* kObjectHint = "send a JSON object, as {\"inputs\": \"some text\"}";

}  // namespace

Json json_body(const Request& request) {
  if (request.body.empty()) throw RequestError({.message = "the body is empty", .hint = kObjectHint});
  Json body;
  try {
    body = parse_json(request.body, "body");
  } catch (const Error& error) {
    throw RequestError({.message = error.what(), .hint = kObjectHint});
  }
  if (!body.is_object()) {
    throw RequestError({.message = fmt::format("the body is {}, not an object", kind_of(body)), .hint = kObjectHint});
  }
  return body;
}

RequestError wrong_field(std::string_view field, std::string_view problem, std::string hint) {
  return RequestError(
      {.message = fmt::format("{} {}", field, problem), .field = std::string(field), .hint = std::move(hint)});
}

void check_members(const Json& object, std::string_view where, std::initializer_list<std::string_view> known) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const Error error = unknown_name(ErrorKind::kInput, "field", name, names);
    throw RequestError({.message = error.what(),
                        .field = where.empty() ? name : fmt::format("{}.{}", where, name),
                        .hint = error.hint()});
  }
}

std::string_view kind_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  return value.is_array() ? "a list" : "an object";
}

}  // namespace hone::http
