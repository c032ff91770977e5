// regex_test.cpp has the meaning of whole expressions. This file has the sets that classes read.
#include "text/regex_reader.h"

#include "expect_error.h"

namespace hone::text::regex_reader_test {

struct Reader : RegexReader {
  using RegexReader::RegexReader;
  CodePointSet read() {
    position_ = 1;
    return read_class(0).set();
  }
};

std::string letters_of(std::string_view expression) {
  const std::string source = "t.json";
  std::string letters;
  for (const auto& [first, last] : Reader(expression, source).read()) {
    for (char32_t code = first; code <= last && code < 0x7F; ++code) letters += static_cast<char>(code);
  }
  return letters;
}

TEST_CASE("a class is a set of characters, ranges, escapes and other classes") {
  CHECK(letters_of("[abx-z]") == "abxyz");
  CHECK(letters_of("[]a-]") == "-]a");
  CHECK(letters_of("[\\x41\\u0042\\x{43}]") == "ABC");
  CHECK(letters_of("[a-f&&[^b-d]&&\\h]") == "aef");
  CHECK(letters_of("[a[b[c]]]") == "abc");
  CHECK(letters_of("[^\\x00-\\x60d-\\x7f]") == "abc");
  CHECK(letters_of("[[:digit:]&&[^\\d5]]").empty());
}

TEST_CASE("a class that is not closed, or nested without end, is an error with its character") {
  CHECK(contains(expect_error([] { letters_of("[ab"); }).what(), "a class is not closed"));
  CHECK(contains(expect_error([] { letters_of(std::string(100, '[')); }).what(), "nested too deeply"));
  CHECK(contains(expect_error([] { letters_of("[a\\p{Klingon}]"); }).what(), "character 3: the property \"Klingon\""));
}

}  // namespace hone::text::regex_reader_test
