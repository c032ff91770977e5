// Checks the JSON body of a request before a handler trusts it. Uses nlohmann's sorted json, because hone's ordered one
// takes quadratic time for an object with many keys.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
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

// Reads the members of an object by name. A member that is null counts as absent, because clients send null for the
// default. Errors: RequestError (400) that names the field.
class Fields {
 public:
  // `where`: the object's own field name, such as "parameters"; empty for the body. The object must outlive the reader.
  // Error: a member whose name is not in `known`.
  Fields(const BodyJson& object, const std::string& where, const std::vector<std::string_view>& known);

  // The name in errors: "parameters.top_k".
  std::string of(const std::string& name) const { return path_ + name; }
  // Returns true even if the member is null.
  bool contains(const char* name) const;
  // Returns null if the member is absent.
  const BodyJson* find(const char* name) const;
  const BodyJson& needed(const char* name) const;
  std::optional<bool> flag(const char* name) const;
  std::optional<std::string> text(const char* name) const;
  // A whole number of at least `least`.
  std::optional<int64_t> count(const char* name, int64_t least = 1) const;

 private:
  const BodyJson& object_;
  std::string path_;
};

// Truncates a client's text to a length that suits an error message.
std::string clipped(const std::string& text);

}  // namespace hone::http
