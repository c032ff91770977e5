// Finds the end of a value by counting brackets outside strings.
#include "table/json_scan.h"

#include <algorithm>

namespace hone::table {

namespace {

constexpr size_t kNone = std::string_view::npos;

// Returns the position after the string that begins at `position`. Its closing quote is the first one with an even
// number of backslashes before it.
size_t string_end(std::string_view text, size_t position) {
  const size_t start = position + 1;
  for (size_t quote = text.find('"', start); quote != kNone; quote = text.find('"', quote + 1)) {
    size_t first_slash = quote;
    while (first_slash > start && text[first_slash - 1] == '\\') --first_slash;
    if ((quote - first_slash) % 2 == 0) return quote + 1;
  }
  return kNone;
}

size_t brackets_end(std::string_view text, size_t position) {
  size_t depth = 0;
  while (position < text.size()) {
    const char c = text[position];
    if (c == '"') {
      position = string_end(text, position);
      if (position == kNone) return kNone;
      continue;
    }
    ++position;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return position;
  }
  return kNone;
}

}  // namespace

size_t skip_space(std::string_view text, size_t position) {
  const size_t found = text.find_first_not_of(" \t\r\n", position);
  return found == kNone ? text.size() : found;
}

std::optional<std::string> with_null_for_nan(std::string_view text) {
  std::string result;
  size_t copied = 0;
  for (size_t position = 0; position < text.size();) {
    if (text[position] == '"') {
      position = std::min(string_end(text, position), text.size());
      continue;
    }
    size_t size = 0;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (text.substr(position).starts_with(word)) size = word.size();
    }
    if (size > 0) {
      result += text.substr(copied, position - copied);
      result += "null";
      copied = position + size;
    }
    position += std::max<size_t>(size, 1);
  }
  if (copied == 0) return std::nullopt;
  return result += text.substr(copied);
}

size_t value_end(std::string_view text, size_t position) {
  if (position >= text.size()) return kNone;
  if (text[position] == '{' || text[position] == '[') return brackets_end(text, position);
  if (text[position] == '"') return string_end(text, position);
  return text.find_first_of(",]} \t\r\n", position);
}

}  // namespace hone::table
