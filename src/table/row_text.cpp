#include "table/row_text.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/byte_scan.h"
#include "base/json.h"
#include "base/utf8.h"

namespace hone::table {

namespace {

// Returns true for null, and for NaN and infinity, which JSON cannot represent.
bool is_json_null(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return is_null(value) || (number != nullptr && !std::isfinite(*number));
}

// Appends the escape of a control character, a quotation mark or a backslash.
void append_escape(std::string& to, char c) {
  constexpr std::string_view kNamed = "\"\"\\\\\bb\ff\nn\rr\tt";  // each character and its letter
  for (size_t i = 0; i < kNamed.size(); i += 2) {
    if (kNamed[i] != c) continue;
    to += '\\';
    to += kNamed[i + 1];
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  to += "\\u00";
  to += kDigits[static_cast<unsigned char>(c) >> 4];
  to += kDigits[static_cast<unsigned char>(c) & 15];
}

// Appends the text as JSON: the bytes that Json::dump() writes.
void append_json_text(std::string& to, std::string_view text) {
  if (find_invalid_utf8(text) != std::string_view::npos) {
    to += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  const auto is_escaped = [](ByteLanes bytes) {
    return in_byte_range(bytes, 0, 0x1F) | equals_byte(bytes, '"') | equals_byte(bytes, '\\');
  };
  to += '"';
  for (size_t at = 0;;) {
    const size_t next = find_byte(text, at, is_escaped);
    to += text.substr(at, next - at);
    if (next == text.size()) break;
    append_escape(to, text[next]);
    at = next + 1;
  }
  to += '"';
}

}  // namespace

void append_json_cell(std::string& to, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_json_text(to, *text);
  } else if (is_json_null(value)) {
    to += "null";
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    to += *flag ? "true" : "false";
  } else {
    to += value_text(value);
  }
}

void append_csv_cell(std::string& to, std::string_view text, bool is_text, bool always_quoted) {
  const auto is_special = [](ByteLanes bytes) {
    return equals_byte(bytes, '"') | equals_byte(bytes, ',') | equals_byte(bytes, '\n') | equals_byte(bytes, '\r');
  };
  const bool needs_quotes = always_quoted || (is_text && text.empty()) || text.starts_with(' ') ||
                            text.ends_with(' ') || has_byte(text, is_special);
  if (!needs_quotes) {
    to += text;
    return;
  }
  to += '"';
  for (size_t quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    to.append(text.substr(0, quote + 1)).append(1, '"');
    text.remove_prefix(quote + 1);
  }
  to.append(text).append(1, '"');
}

}  // namespace hone::table
