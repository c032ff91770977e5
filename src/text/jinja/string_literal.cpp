#include "text/jinja/string_literal.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace hone::text::jinja {

namespace {

// Pairs of the letter after a backslash and the character that it stands for.
constexpr std::string_view kLetters = "\\'\"abfnrtv", kCharacters = "\\'\"\a\b\f\n\r\t\v";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads `count` hexadecimal digits behind \x, \u or \U. Returns what is wrong, or null.
const char* append_hex(std::string_view digits, size_t count, std::string& text) {
  char32_t code = 0;
  for (size_t i = 0; i < count; ++i) {
    const int value = i < digits.size() ? hex_value(digits[i]) : -1;
    if (value < 0) {
      return count == 2   ? "truncated \\xXX escape"
             : count == 4 ? "truncated \\uXXXX escape"
                          : "truncated \\UXXXXXXXX escape";
    }
    code = code << 4 | static_cast<char32_t>(value);
  }
  if (code > 0x10FFFF) return "illegal Unicode character";
  if (code >= 0xD800 && code < 0xE000) return "an escape stands for half of a character (a surrogate)";
  append_utf8(text, code);
  return nullptr;
}

size_t append_octal(std::string_view digits, std::string& text) {
  char32_t code = 0;
  size_t length = 0;
  while (length < 3 && length < digits.size() && digits[length] >= '0' && digits[length] <= '7') {
    code = code * 8 + static_cast<char32_t>(digits[length++] - '0');
  }
  append_utf8(text, code);
  return length;
}

// jinja2 turns characters beyond ASCII into escapes before it reads the escapes, so a backslash before one of them
// takes the backslash of its escape.
size_t append_escaped_character(std::string_view rest, std::string& text) {
  const char* p = rest.data();
  const auto code = static_cast<uint32_t>(next_code_point(p));
  text += code < 0x100     ? fmt::format("\\x{:02x}", code)
          : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                           : fmt::format("\\U{:08x}", code);
  return static_cast<size_t>(p - rest.data());
}

}  // namespace

const char* unescape(std::string_view literal, std::string& text) {
  size_t i = 0;
  while (i < literal.size()) {
    if (literal[i] != '\\' || i + 1 == literal.size()) {
      text += literal[i++];
      continue;
    }
    const char letter = literal[i + 1];
    const size_t hex_digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    const std::string_view rest = literal.substr(i + 1);
    i += 2;
    if (const size_t place = kLetters.find(letter); place != std::string_view::npos) {
      text += kCharacters[place];
    } else if (hex_digits > 0) {
      if (const char* problem = append_hex(rest.substr(1), hex_digits, text)) return problem;
      i += hex_digits;
    } else if (letter >= '0' && letter <= '7') {
      i += append_octal(rest, text) - 1;
    } else if (letter == 'N') {
      return "escapes with the name of a character (\\N) are not supported";
    } else if (static_cast<unsigned char>(letter) >= 0x80) {
      i += append_escaped_character(rest, text) - 1;
    } else if (letter != '\n') {
      text += '\\';
      text += letter;
    }
  }
  return nullptr;
}

}  // namespace hone::text::jinja
