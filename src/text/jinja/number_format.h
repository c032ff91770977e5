// The format specifications of Python's format() and of its % operator: fill, sign, width, precision and type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hone::text::jinja {

// The longest field, so that a short template cannot ask for a huge text.
inline constexpr int64_t kMaxFieldWidth = 1'000'000;

struct FormatSpec {
  std::string fill = " ";
  char align = 0;   // one of < > = ^; 0: the default of the type
  char sign = '-';  // of positive numbers: '+', ' ' or '-' for none
  bool alternate = false;
  char grouping = 0;  // ',' or '_'
  int64_t width = 0;
  int64_t precision = -1;  // -1: not given
  char type = 0;
};

// Parses a specification such as ">8.2f". Errors: Failure.
FormatSpec parse_format_spec(std::string_view spec);

// Return the number with sign, base, grouping and precision, padded to the width.
std::string format_integer(int64_t value, const FormatSpec& spec);
std::string format_real(double value, const FormatSpec& spec);

// Returns how many fill characters a text of `length` characters gets before and after it.
struct Padding {
  int64_t left = 0, right = 0;
};
Padding padding_of(int64_t length, const FormatSpec& spec, char default_align);

}  // namespace hone::text::jinja
