// std::from_chars parses numbers without a locale and without an allocation.
#include "table/value.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace hone::table {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

template <typename Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool only_digits(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Numbers are shorter than this. The limit rejects most cells of a text column at once.
constexpr size_t kMaxNumberLength = 64;

// Returns the size of the white-space character at the beginning of `text`, or 0 if there is none. The characters are
// those of Python's str.isspace().
size_t space_at_begin(std::string_view text) {
  constexpr std::array<std::string_view, 8> kOthers = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
                                                       "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F);
  if (text.size() >= 3 && text.starts_with("\xE2\x80") && static_cast<unsigned char>(text[2]) <= 0x8A) return 3;
  for (const std::string_view space : kOthers) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

size_t space_at_end(std::string_view text) {
  if (!text.empty() && static_cast<unsigned char>(text.back()) < 0x80) {
    return space_at_begin(text.substr(text.size() - 1));
  }
  for (size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    if (space_at_begin(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

bool is_true(std::string_view text) { return text == "True" || text == "true" || text == "TRUE"; }
bool is_false(std::string_view text) { return text == "False" || text == "false" || text == "FALSE"; }

// Returns the shortest text that reads back, as Python does, with ".0" if it would look like an integer.
std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e16)) return fmt::format("{}", value);
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
  std::string text(buffer.data(), end);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace

std::string_view stripped(std::string_view text) {
  const auto is_sign = [](char c) { return c > ' ' && c < 0x7F; };
  if (!text.empty() && is_sign(text.front()) && is_sign(text.back())) return text;  // most texts
  while (const size_t size = space_at_begin(text)) text.remove_prefix(size);
  while (const size_t size = space_at_end(text)) text.remove_suffix(size);
  return text;
}

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kNull:
      return "null";
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kInt:
      return "int";
    case ColumnType::kFloat:
      return "float";
    case ColumnType::kString:
      return "string";
    case ColumnType::kNested:
      return "nested";
  }
  return "";
}

std::string value_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value)) return float_text(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "True" : "False";
  return "";
}

ColumnType type_of_text(std::string_view text) {
  if (text.empty()) return ColumnType::kNull;
  if (text.size() > kMaxNumberLength) return ColumnType::kString;
  text = trimmed(text);
  if (is_true(text) || is_false(text)) return ColumnType::kBool;
  const std::string_view number = without_plus(text);
  if (number.empty() || number.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return ColumnType::kString;
  int64_t integer;
  uint64_t large;
  if (parse_whole(number, integer) || parse_whole(number, large)) return ColumnType::kInt;
  double real;  // more than 64 bits: probably an identifier, which a float would round
  return !only_digits(number) && parse_whole(number, real) ? ColumnType::kFloat : ColumnType::kString;
}

Value parse_value(std::string_view text, ColumnType type) {
  if (type == ColumnType::kString || type == ColumnType::kNested) return std::string(text);
  text = trimmed(text);
  if (type == ColumnType::kBool && is_true(text)) return true;
  if (type == ColumnType::kBool && is_false(text)) return false;
  text = without_plus(text);
  int64_t integer;
  if (type == ColumnType::kInt && parse_whole(text, integer)) return integer;
  uint64_t large;
  if (type == ColumnType::kInt && parse_whole(text, large)) return large;
  double real;
  if (type == ColumnType::kFloat && parse_whole(text, real)) return real;
  return {};
}

}  // namespace hone::table
