#include "text/jinja/number_format.h"

#include <doctest/doctest.h>

#include "text/jinja/failure.h"

namespace hone::text::jinja::number_format_test {

std::string formatted(int64_t value, const char* spec) { return format_integer(value, parse_format_spec(spec)); }
std::string formatted(double value, const char* spec) { return format_real(value, parse_format_spec(spec)); }

// The expected values are those of Python's format().
TEST_CASE("integers") {
  CHECK(formatted(int64_t{-42}, "06d") == "-00042");
  CHECK(formatted(int64_t{42}, "+,d") == "+42");
  CHECK(formatted(int64_t{1234567}, "_x") == "12_d687");
  CHECK(formatted(int64_t{255}, "#X") == "0XFF");
  CHECK(formatted(int64_t{5}, "*^7") == "***5***");
  CHECK(formatted(INT64_MIN, "") == "-9223372036854775808");
}

TEST_CASE("numbers with a fraction") {
  CHECK(formatted(3.14159, ".2f") == "3.14");
  CHECK(formatted(-0.0, ".1f") == "-0.0");
  CHECK(formatted(1234567.891, ",.1f") == "1,234,567.9");
  CHECK(formatted(0.00001234, "g") == "1.234e-05");
  CHECK(formatted(1e10, ".3g") == "1e+10");
  CHECK(formatted(2.0, "") == "2.0");
  CHECK(formatted(0.5, ".0%") == "50%");
  CHECK(formatted(1.5, "E") == "1.500000E+00");
}

TEST_CASE("malformed specifications are errors") {
  CHECK_THROWS_WITH_AS(parse_format_spec("5q5"), "Invalid format specifier '5q5'", Failure);
  CHECK_THROWS_WITH_AS(parse_format_spec("."), "Format specifier missing precision", Failure);
  CHECK_THROWS_WITH_AS(parse_format_spec("99999999999"), "a field would be wider than 1000000 characters", Failure);
  CHECK_THROWS_WITH_AS(formatted(int64_t{1}, "q"), "Unknown format code 'q' for object of type 'int'", Failure);
}

}  // namespace hone::text::jinja::number_format_test
