#include "table/row_text.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/json.h"

namespace hone::table {

namespace {

// Returns true for null, and for NaN and infinity, which JSON cannot represent.
bool is_json_null(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return is_null(value) || (number != nullptr && !std::isfinite(*number));
}

}  // namespace

void append_json_cell(std::string& to, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    to += Json(*text).dump(-1, ' ', false, Json::error_handler_t::replace);
  } else if (is_json_null(value)) {
    to += "null";
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    to += *flag ? "true" : "false";
  } else {
    to += value_text(value);
  }
}

void append_csv_cell(std::string& to, std::string_view text, bool is_text, bool always_quoted) {
  const bool needs_quotes = always_quoted || text.find_first_of("\",\n\r") != std::string_view::npos ||
                            (is_text && text.empty()) || text.starts_with(' ') || text.ends_with(' ');
  if (!needs_quotes) {
    to += text;
    return;
  }
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

}  // namespace hone::table
