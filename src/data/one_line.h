// Texts of rows in one line of a terminal.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/terminal.h"

namespace hone::data {

// Returns the text without control characters in one line of at most `columns`.
inline std::string one_line(std::string_view text, size_t columns) {
  std::string line = printable(text);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  if (columns_of(line) <= columns) return line;
  return std::string(first_columns(line, columns - 3)) + "...";
}

}  // namespace hone::data
