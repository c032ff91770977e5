// Approximates East Asian width by the blocks whose characters are all wide (Unicode's EastAsianWidth.txt).
#include "base/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace hone {

namespace {

struct Range {
  char32_t first, last;
};
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xA960, 0xA97F}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

size_t width_of(char32_t code) {
  const auto holds = [&](const Range& range) { return code >= range.first && code <= range.last; };
  return std::any_of(std::begin(kWide), std::end(kWide), holds) ? 2 : 1;
}

// The first character of a text: its bytes and its columns. A byte that is not UTF-8 counts as one character.
struct Character {
  size_t bytes, columns;
};

Character first_character(std::string_view text) {
  size_t end = 1;
  while (end < text.size() && is_continuation(text[end])) ++end;
  if (end == 1 || find_invalid_utf8(text.substr(0, end)) != std::string_view::npos) return {1, 1};
  const char* p = text.data();
  return {end, width_of(next_code_point(p))};
}

// Appends the words of one line, which begins at column `first`, and keeps the spaces between them.
void append_wrapped(std::string& result, std::string_view line, size_t first, size_t indent, size_t width) {
  size_t column = first;
  for (size_t begin = 0; begin < line.size();) {
    const size_t word = line.find_first_not_of(' ', begin);
    if (word == std::string_view::npos) return;
    const size_t end = std::min(line.find(' ', word), line.size());
    const size_t gap = word - begin, columns = columns_of(line.substr(word, end - word));
    if (begin > 0 && column + gap + columns > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else {
      result.append(gap, ' ');
      column += gap;
    }
    result += line.substr(word, end - word);
    column += columns;
    begin = end;
  }
}

// Returns the indent of the lines after the first: the width of "warning: " or "rows      ".
size_t hanging_indent(std::string_view line) {
  constexpr size_t kMax = 12;
  for (const std::string_view mark : {": ", "  "}) {
    const size_t at = line.find(mark);
    if (at == std::string_view::npos) continue;
    const size_t end = line.find_first_not_of(": ", at);
    if (end <= kMax) return end;
  }
  return 2;
}

}  // namespace

std::optional<size_t> terminal_columns(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string_view first_columns(std::string_view text, size_t max_columns) {
  size_t bytes = 0, columns = 0;
  while (bytes < text.size()) {
    const Character character = first_character(text.substr(bytes));
    if (columns + character.columns > max_columns) break;
    columns += character.columns;
    bytes += character.bytes;
  }
  return text.substr(0, bytes);
}

std::string wrapped(std::string_view text, size_t first_column, size_t indent, size_t width) {
  std::string result;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (begin > 0) result += "\n" + std::string(indent, ' ');
    append_wrapped(result, text.substr(begin, end - begin), begin > 0 ? indent : first_column, indent, width);
    begin = end + 1;
  }
  return result;
}

std::string message_lines(std::string_view message, int descriptor) {
  const std::string text = printable(message);
  const auto columns = terminal_columns(descriptor);
  return columns ? wrapped(text, 0, hanging_indent(text), std::min(*columns, kMaxLineColumns)) : text;
}

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace hone
