// Numbers and booleans in text, by std::from_chars: no locale and no allocation.
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

// Longer numbers than this do not occur; most cells of a text column are ruled out by it at once.
constexpr size_t kLongestNumber = 64;

bool is_true(std::string_view text) { return text == "True" || text == "true" || text == "TRUE"; }
bool is_false(std::string_view text) { return text == "False" || text == "false" || text == "FALSE"; }

// As Python: the shortest text that reads back, with ".0" where it would look like an integer.
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

std::string_view type_name(ColumnType type) {
  constexpr std::array<std::string_view, 6> kNames = {"null", "bool", "int", "float", "string", "nested"};
  return kNames[static_cast<size_t>(type)];
}

std::string value_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value)) return float_text(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "True" : "False";
  return "";
}

ColumnType type_of_text(std::string_view text) {
  if (text.empty()) return ColumnType::kNull;
  if (text.size() > kLongestNumber) return ColumnType::kString;
  text = trimmed(text);
  if (is_true(text) || is_false(text)) return ColumnType::kBool;
  const std::string_view number = without_plus(text);
  if (number.empty() || number.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return ColumnType::kString;
  int64_t integer;
  if (parse_whole(number, integer)) return ColumnType::kInt;
  double real;  // digits beyond 64 bits are an identifier: as a float they would lose some
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
  double real;
  if (type == ColumnType::kFloat && parse_whole(text, real)) return real;
  return {};
}

}  // namespace hone::table
