#include "text/jinja/python_characters.h"

#include <doctest/doctest.h>

namespace hone::text::jinja::python_characters_test {

// The expected values are those of Python 3.11; text_case_test.cpp and text_search_test.cpp compare more of them.
TEST_CASE("white space is that of str.isspace") {
  for (const char32_t code : {0x09, 0x0D, 0x1C, 0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x3000})
    CHECK(is_python_space(code));
  for (const char32_t code : {0x08, 0x1B, 0x200B, 0x180E, 0xFEFF}) CHECK_FALSE(is_python_space(code));
}

TEST_CASE("printable characters are those of str.isprintable") {
  for (const char32_t code : {0x20, 0x7E, 0xA1, 0x4F60, 0x1F600}) CHECK(is_printable(code));
  for (const char32_t code : {0x00, 0x7F, 0xA0, 0xAD, 0x200B, 0xE000, 0xFFFF, 0x10FFFF})
    CHECK_FALSE(is_printable(code));
}

TEST_CASE("a case mapping may give several characters, and depend on the place") {
  CHECK(upper_case("stra\u00DFe \uFB01") == "STRASSE FI");
  CHECK(lower_case("\u0391\u03A3 \u03A3") == "\u03B1\u03C2 \u03C3");
  CHECK(lower_case("\u0130") == "i\u0307");
  CHECK(title_case("\u01C6 x'y") == "\u01C5 X'Y");
  CHECK(case_folded("\u00DF") == "ss");
  CHECK(swapped_case("aB\u00DF") == "AbSS");
  CHECK(capitalized("") == "");
}

TEST_CASE("white space is removed at both ends") {
  CHECK(stripped("\u00A0 a b\u3000\n") == "a b");
  CHECK(stripped(" \u2028").empty());
}

}  // namespace hone::text::jinja::python_characters_test
