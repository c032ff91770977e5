// Checked access to the fields of tokenizer files.
#include "text/json_fields.h"

#include "base/error.h"
#include "base/utf8.h"

namespace hone::text {

namespace {

Error wrong_type(const Json& value, std::string_view key, std::string_view wanted, const std::string& source) {
  std::string shown = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
  return Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be {}, not {}", source, key, wanted, shown));
}

// Returns the field, or null if it is missing or null.
const Json* present(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto field = object.find(std::string(key));
  return field == object.end() || field->is_null() ? nullptr : &*field;
}

}  // namespace

bool bool_field(const Json& object, std::string_view key, bool fallback, const std::string& source) {
  const Json* value = present(object, key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) throw wrong_type(*value, key, "true or false", source);
  return value->get<bool>();
}

std::string string_field(const Json& object, std::string_view key, std::string_view fallback,
                         const std::string& source) {
  const Json* value = present(object, key);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) throw wrong_type(*value, key, "a string", source);
  return value->get<std::string>();
}

int64_t integer_field(const Json& object, std::string_view key, int64_t fallback, int64_t limit,
                      const std::string& source) {
  const Json* value = present(object, key);
  if (value == nullptr) return fallback;
  const bool fits = value->is_number_unsigned()
                        ? value->get<uint64_t>() <= static_cast<uint64_t>(limit)
                        : value->is_number_integer() && value->get<int64_t>() >= 0 && value->get<int64_t>() <= limit;
  if (!fits) throw wrong_type(*value, key, fmt::format("an integer from 0 to {}", limit), source);
  return value->get<int64_t>();
}

char32_t character_field(const Json& object, std::string_view key, const std::string& source) {
  const std::string text = string_field(object, key, "", source);
  if (count_code_points(text) != 1) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be one character", source, key));
  }
  const char* p = text.data();
  return next_code_point(p);
}

const Json& array_field(const Json& object, std::string_view key, const std::string& source) {
  const Json* value = present(object, key);
  if (value == nullptr) throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is missing", source, key));
  if (!value->is_array()) throw wrong_type(*value, key, "a list", source);
  return *value;
}

std::string part_type(const Json& spec, const std::string& source, std::string_view part, std::string_view fallback) {
  if (!spec.is_object()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the {} must be an object or null", source, part));
  }
  std::string type = string_field(spec, "type", fallback, fmt::format("{}: {}", source, part));
  if (type.empty()) throw Error(ErrorKind::kInput, fmt::format("{}: the {} has no \"type\"", source, part));
  return type;
}

}  // namespace hone::text
