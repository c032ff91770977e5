// simdjson checks the text. If it is malformed, a loop over the bytes finds the position.
#include "base/utf8.h"

#include <simdjson.h>

#include <algorithm>

#include "base/byte_scan.h"
#include "base/error.h"

namespace hone {

namespace {

// Returns the length of the well-formed sequence at the beginning of `text`, or 0 if there is none.
size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xC2 && first < 0xE0   ? 2
                        : first >= 0xE0 && first < 0xF0 ? 3
                        : first >= 0xF0 && first < 0xF5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const char* p = text.data();
  const char32_t code = next_code_point(p);
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code > 0x10FFFF || is_surrogate || utf8_length(code) != length ? 0 : length;
}

}  // namespace

size_t find_invalid_utf8(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::string_view::npos;
  size_t position = 0;
  while (position < text.size()) {
    const size_t length = sequence_length(text.substr(position));
    if (length == 0) return position;
    position += length;
  }
  return std::string_view::npos;
}

size_t count_code_points(std::string_view text) {
  return count_bytes(text, [](ByteLanes bytes) { return ~in_byte_range(bytes, 0x80, 0xBF); });
}

size_t byte_of_code_point(std::string_view text, size_t index) {
  size_t points = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && points++ == index) return at;
  }
  return points == index ? text.size() : std::string_view::npos;
}

std::string_view whole_characters(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

std::string shortened(std::string_view text, size_t max_bytes) {
  const std::string_view kept = whole_characters(text, max_bytes);
  return std::string(kept) + (kept.size() < text.size() ? "..." : "");
}

void check_utf8(std::string_view text, std::string_view what) {
  const size_t position = find_invalid_utf8(text);
  if (position == std::string_view::npos) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{}: byte {} (0x{:02x}) is not UTF-8", what, position, static_cast<unsigned char>(text[position])),
      "convert the text to UTF-8");
}

}  // namespace hone
