// Compares a response with what /openapi.json documents for its route.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "cli/http_client.h"
#include "cli/json_schema.h"

namespace hone {

// Returns whether a header is specific to a route, so that the route's description must list it.
inline bool is_own_header(const std::string& lower_case_name) {
  return lower_case_name.starts_with("x-hone-") || lower_case_name == "retry-after";
}

inline bool declares_header(const Json& response, const std::string& lower_case_name) {
  if (!response.contains("headers")) return false;
  for (const auto& [name, header] : response["headers"].items()) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower == lower_case_name) return true;
  }
  return false;
}

// Checks the status, and that the operation documents body, type and headers for it. A success status that the
// operation does not list fails: "default" covers errors only.
inline void check_answer(const Json& document, const Json& operation, const HttpAnswer& answer, int status) {
  CHECK(answer.status == status);
  const std::string key = std::to_string(answer.status);
  REQUIRE((answer.status >= 400 || operation["responses"].contains(key)));
  const Json& response = operation["responses"][operation["responses"].contains(key) ? key : "default"];
  const std::string type = answer.headers.at("content-type");
  REQUIRE(response["content"].size() == 1);
  CHECK(type.starts_with(response["content"].begin().key()));
  if (type == "application/json") {
    CHECK(schema_problem(response["content"][type]["schema"], answer.json(), document) == "");
  }
  for (const auto& [name, value] : answer.headers) {
    CAPTURE(name);
    if (is_own_header(name)) CHECK(declares_header(response, name));
  }
}

}  // namespace hone
