// UTF-8 checks (by simdjson, a byte walk only to say where), and offsets in code points.
#include "text/utf8.h"

#include <simdjson.h>

#include "base/error.h"
#include "text/tokenizer.h"

namespace hone::text {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes of the well-formed sequence that `text` opens with, or 0.
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

void check_utf8(std::string_view text, std::string_view what) {
  const size_t position = find_invalid_utf8(text);
  if (position == std::string_view::npos) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{}: byte {} (0x{:02x}) is not UTF-8", what, position, static_cast<unsigned char>(text[position])),
      "convert the text to UTF-8");
}

std::vector<Offset> to_character_offsets(std::string_view text, std::span<const Offset> byte_offsets) {
  std::vector<uint32_t> character(text.size() + 1);
  uint32_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    character[i] = count - (is_continuation(text[i]) && count > 0 ? 1 : 0);
    if (!is_continuation(text[i])) ++count;
  }
  character[text.size()] = count;
  std::vector<Offset> result;
  result.reserve(byte_offsets.size());
  for (const Offset& offset : byte_offsets) {
    check_internal(offset.begin <= text.size() && offset.end <= text.size(), "an offset is beyond its text");
    result.push_back({character[offset.begin], character[offset.end]});
  }
  return result;
}

}  // namespace hone::text
