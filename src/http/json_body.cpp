// Parses and checks bodies.
#include "http/json_body.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "base/names.h"
#include "base/utf8.h"

namespace hone::http {

namespace {

std::string_view kind_of(const BodyJson& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  return value.is_array() ? "a list" : "an object";
}

}  // namespace

BodyJson json_body(std::string_view body) {
  if (body.empty()) throw RequestError({.message = "the body is empty", .hint = kBodyHint});
  BodyJson parsed;
  try {
    check_json_depth(body, "body");
    parsed = BodyJson::parse(body, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) throw json_syntax_error(body, "body");
  } catch (const Error& error) {
    throw RequestError({.message = error.what(), .hint = kBodyHint});
  }
  if (!parsed.is_object()) {
    throw RequestError({.message = fmt::format("the body is {}, not an object", kind_of(parsed)), .hint = kBodyHint});
  }
  return parsed;
}

RequestError wrong_field(std::string_view field, std::string_view problem, std::string hint) {
  return RequestError(
      {.message = fmt::format("{} {}", field, problem), .field = std::string(field), .hint = std::move(hint)});
}

std::string clipped(const std::string& text) { return shortened(text, 64); }

void check_members(const BodyJson& object, std::string_view where, const std::vector<std::string_view>& known) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string shown = clipped(name);
    const Error error = unknown_name(ErrorKind::kUsage, "field", shown, names);
    throw RequestError({.message = error.what(),
                        .field = where.empty() ? shown : fmt::format("{}.{}", where, shown),
                        .hint = error.hint()});
  }
}

Fields::Fields(const BodyJson& object, const std::string& where, const std::vector<std::string_view>& known)
    : object_(object), path_(where.empty() ? "" : where + ".") {
  check_members(object, where, known);
}

bool Fields::contains(const char* name) const { return object_.contains(name); }

const BodyJson* Fields::find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const BodyJson& Fields::needed(const char* name) const {
  const BodyJson* value = find(name);
  if (value == nullptr) throw wrong_field(of(name), "is missing", kBodyHint);
  return *value;
}

std::optional<bool> Fields::flag(const char* name) const {
  const BodyJson* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) throw wrong_field(of(name), "must be true or false");
  return value->get<bool>();
}

std::optional<std::string> Fields::text(const char* name) const {
  const BodyJson* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) throw wrong_field(of(name), "must be a string");
  return value->get<std::string>();
}

std::optional<int64_t> Fields::count(const char* name, int64_t least) const {
  const BodyJson* value = find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() && (!value->is_number_unsigned() || value->get<uint64_t>() <= INT64_MAX);
  if (!fits || value->get<int64_t>() < least) {
    throw wrong_field(of(name), fmt::format("must be a whole number >= {}", least));
  }
  return value->get<int64_t>();
}

}  // namespace hone::http
