// The filters on numbers, and those that make numbers of values.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "text/jinja/filters.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_characters.h"

namespace hone::text::jinja {

namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

// Removes "0x" and so on, if the base allows it. Base 0 takes the base from it.
void take_base(std::string_view& digits, int64_t& base) {
  const char letter = digits.size() > 1 && digits[0] == '0' ? static_cast<char>(digits[1] | 0x20) : '\0';
  const int64_t named = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
  if (named != 0 && (base == 0 || base == named)) {
    base = named;
    digits.remove_prefix(2);
    if (digits.starts_with('_')) digits.remove_prefix(1);
  } else if (base == 0) {
    base = 10;
  }
}

// Returns int(text, base) of Python, or nullopt if Python raises a ValueError.
std::optional<int64_t> parse_integer(std::string_view text, int64_t base) {
  std::string_view digits = stripped(text);
  const bool is_negative = digits.starts_with('-');
  if (is_negative || digits.starts_with('+')) digits.remove_prefix(1);
  take_base(digits, base);
  if (digits.empty() || digits.front() == '_' || digits.back() == '_') return std::nullopt;
  int64_t number = 0;
  char before = '\0';
  for (const char c : digits) {
    if (c == '_' && before == '_') return std::nullopt;
    before = c;
    if (c == '_') continue;
    if (digit_value(c) >= base) return std::nullopt;
    const int64_t digit = is_negative ? -digit_value(c) : digit_value(c);
    if (__builtin_mul_overflow(number, base, &number) || __builtin_add_overflow(number, digit, &number)) {
      fail("an integer does not fit into 64 bits");
    }
  }
  return number;
}

// Returns float(text) of Python, or nullopt if Python raises a ValueError.
std::optional<double> parse_real(std::string_view text) {
  std::string digits(stripped(text));
  for (size_t i = digits.find('_'); i != std::string::npos; i = digits.find('_', i)) {
    const bool is_between = i > 0 && i + 1 < digits.size() &&
                            std::isdigit(static_cast<unsigned char>(digits[i - 1])) != 0 &&
                            std::isdigit(static_cast<unsigned char>(digits[i + 1])) != 0;
    if (!is_between) return std::nullopt;
    digits.erase(i, 1);
  }
  std::string_view rest = digits;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || rest[0] == '-' || rest[0] == '+' || rest.find('(') != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (end != rest.data() + rest.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = rest.find('-') != std::string_view::npos ? 0 : HUGE_VAL;
  return is_negative ? -value : value;
}

std::optional<int64_t> truncated(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (std::abs(value) >= 9.2e18) fail("an integer does not fit into 64 bits");
  return static_cast<int64_t>(value);
}

Value to_integer(Render&, const Value& value, const Bound& arguments) {
  require_defined(value);
  std::optional<int64_t> number;
  if (value.is_text()) {
    number = parse_integer(value.bytes(), arguments.integer_at(1, 10));
    if (!number) {
      const auto real = parse_real(value.bytes());
      if (real) number = truncated(*real);
    }
  } else if (value.is_integral()) {
    number = value.as_integer();
  } else if (value.is(Kind::kFloat)) {
    number = truncated(value.as_real());
  }
  if (number) return Value::integer(*number);
  return arguments.has(0) ? arguments[0] : Value::integer(0);
}

Value to_real(Render&, const Value& value, const Bound& arguments) {
  require_defined(value);
  std::optional<double> number;
  if (value.is_text()) number = parse_real(value.bytes());
  if (value.is_number()) number = value.as_real();
  if (number) return Value::real(*number);
  return arguments.has(0) ? arguments[0] : Value::real(0);
}

Value absolute(Render&, const Value& value, const Bound&) {
  require_defined(value);
  if (value.is(Kind::kFloat)) return Value::real(std::abs(value.as_real()));
  if (!value.is_integral()) fail("bad operand type for abs(): '{}'", type_name(value));
  return value.as_integer() < 0 ? negated(value) : Value::integer(value.as_integer());
}

// As Python: to the nearest, of two equally near ones to the even; by the decimal digits of the double.
double rounded(double value, int64_t precision) {
  if (!std::isfinite(value) || precision > 308) return value;
  if (precision < -308) return std::copysign(0.0, value);
  if (precision <= 0) {
    const double unit = std::pow(10.0, static_cast<double>(-precision));
    return std::nearbyint(value / unit) * unit;
  }
  const std::string digits = fmt::format("{:.{}f}", value, precision);
  double result = value;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}

Value rounded_integer(int64_t value, int64_t precision) {
  if (precision >= 0) return Value::integer(value);
  if (precision < -18) return Value::integer(0);
  int64_t unit = 1;
  for (int64_t i = 0; i > precision; --i) unit *= 10;
  const int64_t rest = ((value % unit) + unit) % unit, below = value - rest;
  const bool is_up = 2 * rest > unit || (2 * rest == unit && (below / unit) % 2 != 0);
  return Value::integer(is_up ? below + unit : below);
}

Value round_number(Render&, const Value& value, const Bound& arguments) {
  require_defined(value);
  const int64_t precision = arguments.integer_at(0, 0);
  const std::string_view method = arguments.text_at(1, "common");
  if (method != "common" && method != "ceil" && method != "floor") fail("method must be common, ceil or floor");
  if (!value.is_number()) fail("type {} doesn't define __round__ method", type_name(value));
  if (method == "common") {
    if (value.is_integral()) return rounded_integer(value.as_integer(), precision);
    return Value::real(rounded(value.as_real(), precision));
  }
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = value.as_real() * scale;
  return Value::real((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale);
}

constexpr MethodRow kNumberFilters[] = {
    {{"int", "default base"}, to_integer},
    {{"float", "default"}, to_real},
    {{"abs"}, absolute},
    {{"round", "precision method"}, round_number},
};

}  // namespace

std::span<const MethodRow> number_filters() { return kNumberFilters; }

}  // namespace hone::text::jinja
