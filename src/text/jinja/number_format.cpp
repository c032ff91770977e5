#include "text/jinja/number_format.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "text/jinja/failure.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

int64_t take_number(std::string_view& rest) {
  int64_t number = 0;
  while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
    number = number * 10 + (rest[0] - '0');
    if (number > kMaxFieldWidth) fail("a field would be wider than {} characters", kMaxFieldWidth);
    rest.remove_prefix(1);
  }
  return number;
}

bool take(std::string_view& rest, char wanted) {
  if (rest.empty() || rest[0] != wanted) return false;
  rest.remove_prefix(1);
  return true;
}

void take_fill(std::string_view& rest, FormatSpec& spec) {
  if (rest.empty()) return;
  const char* after = rest.data();
  next_code_point(after);
  const auto length = static_cast<size_t>(after - rest.data());
  if (length < rest.size() && is_align(rest[length])) {
    spec.fill = rest.substr(0, length);
    spec.align = rest[length];
    rest.remove_prefix(length + 1);
  } else if (is_align(rest[0])) {
    spec.align = rest[0];
    rest.remove_prefix(1);
  }
}

std::string grouped(const std::string& digits, char separator, size_t size) {
  if (separator == 0) return digits;
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % size == 0) out += separator;
    out += digits[i];
  }
  return out;
}

std::string padded_number(const std::string& sign, const std::string& digits, const FormatSpec& spec) {
  const Padding padding = padding_of(static_cast<int64_t>(sign.size() + digits.size()), spec, '>');
  const auto fill = [&](int64_t count) {
    std::string out;
    for (int64_t i = 0; i < count; ++i) out += spec.fill;
    return out;
  };
  if (spec.align == '=') return sign + fill(padding.left) + digits;
  return fill(padding.left) + sign + digits + fill(padding.right);
}

std::string sign_of(bool is_negative, const FormatSpec& spec) {
  return is_negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
}

// Removes zeros at the end, as %g does without '#'.
std::string general(double value, int64_t precision, bool alternate) {
  return alternate ? fmt::format("{:#.{}g}", value, precision) : fmt::format("{:.{}g}", value, precision);
}

std::string real_digits(double value, const FormatSpec& spec) {
  const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  const char type = static_cast<char>(std::tolower(spec.type));
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : "inf";
  switch (type) {
    case 'f':
      return spec.alternate ? fmt::format("{:#.{}f}", value, precision) : fmt::format("{:.{}f}", value, precision);
    case '%':
      return fmt::format("{:.{}f}%", value * 100, precision);
    case 'e':
      return fmt::format("{:.{}e}", value, precision);
    case 'g':
    case 'n':
      return general(value, std::max<int64_t>(precision, 1), spec.alternate);
    case 0:
      break;
    default:
      fail("Unknown format code '{}' for object of type 'float'", spec.type);
  }
  if (spec.precision < 0) return python_float(value);
  std::string digits = general(value, std::max<int64_t>(precision, 1), false);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

std::string grouped_real(const std::string& digits, char separator) {
  const size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
  return grouped(digits.substr(0, end), separator, 3) + digits.substr(end);
}

std::string base_digits(uint64_t value, char type) {
  switch (type) {
    case 'b':
      return fmt::format("{:b}", value);
    case 'o':
      return fmt::format("{:o}", value);
    case 'x':
      return fmt::format("{:x}", value);
    case 'X':
      return fmt::format("{:X}", value);
    default:
      return fmt::format("{}", value);
  }
}

}  // namespace

FormatSpec parse_format_spec(std::string_view text) {
  FormatSpec spec;
  std::string_view rest = text;
  take_fill(rest, spec);
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-' || rest[0] == ' ')) {
    spec.sign = rest[0];
    rest.remove_prefix(1);
  }
  spec.alternate = take(rest, '#');
  if (take(rest, '0') && spec.align == 0) {
    spec.fill = "0";
    spec.align = '=';
  }
  spec.width = take_number(rest);
  if (!rest.empty() && (rest[0] == ',' || rest[0] == '_')) {
    spec.grouping = rest[0];
    rest.remove_prefix(1);
  }
  if (take(rest, '.')) {
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') fail("Format specifier missing precision");
    spec.precision = take_number(rest);
  }
  if (!rest.empty()) {
    spec.type = rest[0];
    rest.remove_prefix(1);
  }
  if (!rest.empty()) fail("Invalid format specifier '{}'", text);
  return spec;
}

std::string format_integer(int64_t value, const FormatSpec& spec) {
  constexpr std::string_view kReal = "eEfFgG%";
  if (spec.type != 0 && kReal.find(spec.type) != std::string_view::npos) {
    return format_real(static_cast<double>(value), spec);
  }
  if (spec.type == 'c') {
    std::string character;
    if (value < 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) fail("%c arg not in range(0x110000)");
    append_utf8(character, static_cast<char32_t>(value));
    return padded_number("", character, spec);
  }
  if (spec.type != 0 && std::string_view("bdnoxX").find(spec.type) == std::string_view::npos) {
    fail("Unknown format code '{}' for object of type 'int'", spec.type);
  }
  if (spec.precision >= 0) fail("Precision not allowed in integer format specifier");
  const uint64_t magnitude = value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  const bool is_decimal = spec.type == 0 || spec.type == 'd' || spec.type == 'n';
  std::string sign = sign_of(value < 0, spec);
  if (spec.alternate && !is_decimal) sign += std::string("0") + spec.type;
  return padded_number(sign, grouped(base_digits(magnitude, spec.type), spec.grouping, is_decimal ? 3 : 4), spec);
}

std::string format_real(double value, const FormatSpec& spec) {
  const bool is_negative = std::signbit(value) && !std::isnan(value);
  std::string digits = grouped_real(real_digits(std::abs(value), spec), spec.grouping);
  if (spec.type >= 'A' && spec.type <= 'Z') {
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return static_cast<char>(std::toupper(c)); });
  }
  return padded_number(sign_of(is_negative, spec), digits, spec);
}

Padding padding_of(int64_t length, const FormatSpec& spec, char default_align) {
  const int64_t missing = std::max<int64_t>(spec.width - length, 0);
  switch (spec.align == 0 ? default_align : spec.align) {
    case '<':
      return {0, missing};
    case '^':
      return {missing / 2, missing - missing / 2};
    default:
      return {missing, 0};
  }
}

}  // namespace hone::text::jinja
