// Checks values against the part of JSON Schema that hone's openapi.json uses. Reports an unknown keyword, so that no
// rule stays unchecked.
#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "base/json.h"

namespace hone {

// Returns how `value` violates the schema, or an empty text if it is valid. `root` contains the targets of "$ref".
std::string schema_problem(const Json& schema, const Json& value, const Json& root, const std::string& where = "$");

namespace schema {

inline bool has_type(const std::string& type, const Json& value) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  return type == "array" ? value.is_array() : type == "object" && value.is_object();
}

inline bool has_one_of(const Json& types, const Json& value) {
  if (types.is_string()) return has_type(types.get<std::string>(), value);
  return std::any_of(types.begin(), types.end(),
                     [&](const Json& type) { return has_type(type.get<std::string>(), value); });
}

inline std::string object_problem(const Json& schema, const Json& value, const Json& root, const std::string& where) {
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) return fmt::format("{} lacks {}", where, name.dump());
  }
  const Json properties = schema.value("properties", Json::object());
  const Json others = schema.value("additionalProperties", Json(true));
  for (const auto& [name, member] : value.items()) {
    const std::string place = where + "." + name;
    if (properties.contains(name)) {
      if (const std::string problem = schema_problem(properties[name], member, root, place); !problem.empty())
        return problem;
    } else if (others == Json(false)) {
      return place + " is not in the schema";
    } else if (others.is_object()) {
      if (const std::string problem = schema_problem(others, member, root, place); !problem.empty()) return problem;
    }
  }
  return "";
}

inline std::string array_problem(const Json& schema, const Json& value, const Json& root, const std::string& where) {
  if (value.size() < schema.value("minItems", size_t{0})) return where + " is too short";
  if (value.size() > schema.value("maxItems", SIZE_MAX)) return where + " is too long";
  for (size_t i = 0; schema.contains("items") && i < value.size(); ++i) {
    const std::string problem = schema_problem(schema["items"], value[i], root, fmt::format("{}[{}]", where, i));
    if (!problem.empty()) return problem;
  }
  return "";
}

inline bool is_known(const std::string& keyword) {
  static const char* const kKnown[] = {"type",  "required", "properties", "additionalProperties",
                                       "items", "minItems", "maxItems",   "anyOf",
                                       "enum",  "const",    "minimum",    "description"};
  return std::find(std::begin(kKnown), std::end(kKnown), keyword) != std::end(kKnown);
}

}  // namespace schema

inline std::string schema_problem(const Json& schema, const Json& value, const Json& root, const std::string& where) {
  if (schema.contains("$ref")) {
    return schema_problem(root.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), value, root, where);
  }
  for (const auto& [keyword, rule] : schema.items()) {
    if (!schema::is_known(keyword)) return fmt::format("{}: the test does not know the keyword {}", where, keyword);
  }
  const auto is = [&](const Json& other) { return other == value; };
  if (schema.contains("type") && !schema::has_one_of(schema["type"], value)) return where + " has another type";
  if (schema.contains("const") && schema["const"] != value) return where + " has another value";
  if (schema.contains("enum") && std::none_of(schema["enum"].begin(), schema["enum"].end(), is)) {
    return where + " is not one of the values";
  }
  if (schema.contains("minimum") && value.is_number() && value.get<double>() < schema["minimum"].get<double>()) {
    return where + " is too small";
  }
  const auto fits = [&](const Json& choice) { return schema_problem(choice, value, root, where).empty(); };
  if (schema.contains("anyOf") && std::none_of(schema["anyOf"].begin(), schema["anyOf"].end(), fits)) {
    return where + " fits no choice";
  }
  if (value.is_object()) return schema::object_problem(schema, value, root, where);
  return value.is_array() ? schema::array_problem(schema, value, root, where) : "";
}

}  // namespace hone
