#include "table/record_parser.h"

#include <doctest/doctest.h>

namespace record_parser_test {

using namespace hone::table;

std::vector<std::string> cells(std::string_view text, char delimiter = ',', bool quoting = true) {
  RecordParser parser(delimiter, quoting);
  std::vector<std::string> result;
  REQUIRE(parser.parse(text, true) == RecordStatus::kRecord);
  for (const DelimitedCell& cell : parser.cells()) result.push_back((cell.quoted ? "q:" : "") + std::string(cell.text));
  return result;
}

using List = std::vector<std::string>;

TEST_CASE("a record ends at LF, CRLF or CR") {
  CHECK(cells("a,b\nc,d\n") == List{"a", "b"});
  CHECK(cells("a,b\r\nc") == List{"a", "b"});
  CHECK(cells("a,b") == List{"a", "b"});
  CHECK(cells("a,b\r") == List{"a", "b"});
  CHECK(cells("a,,\n") == List{"a", "", ""});
  CHECK(cells("a\rb,c\n") == List{"a\rb", "c"});
}

TEST_CASE("quotes may contain separators, line ends and doubled quotes") {
  CHECK(cells("\"a,b\",c\n") == List{"q:a,b", "c"});
  CHECK(cells("\"a\nb\",c\n") == List{"q:a\nb", "c"});
  CHECK(cells("\"say \"\"yes\"\"\",\"\"\r\n") == List{"q:say \"yes\"", "q:"});
  CHECK(cells("\"\"\"\"") == List{"q:\""});
  CHECK(cells("5\" nail,\"x\"\n") == List{"5\" nail", "q:x"});
  CHECK(cells("\" open\tb\n", '\t', false) == List{"\" open", "b"});
}

TEST_CASE("long cells are complete at every alignment") {
  for (size_t length = 0; length < 40; ++length) {
    const std::string a(length, 'x'), b(length, '\xE6');
    CHECK(cells(a + "," + b + "\n") == List{a, b});
  }
}

TEST_CASE("size and line count cover the parsed text") {
  RecordParser parser(',', true);
  CHECK(parser.parse("\"a\n\nb\",c\nd", true) == RecordStatus::kRecord);
  CHECK(parser.size() == 9);
  CHECK(parser.lines() == 3);
  CHECK(parser.parse("\r\na,b\n", true) == RecordStatus::kBlank);
  CHECK(parser.size() == 2);
  CHECK(parser.parse("  \na", true) == RecordStatus::kBlank);
  CHECK(parser.parse("  ", true) == RecordStatus::kBlank);
  CHECK(parser.parse("  ", false) == RecordStatus::kNeedsMore);
}

TEST_CASE("text that ends inside a record requires more text, except at the end of the file") {
  RecordParser parser(',', true);
  for (const char* text : {"a,b", "a,\"b", "a,\"b\"", "a,\"b\"\r", "\"", "a,"}) {
    CAPTURE(text);
    CHECK(parser.parse(text, false) == RecordStatus::kNeedsMore);
  }
  CHECK(parser.parse("a\n\",\"b\nc", true) == RecordStatus::kRecord);
  CHECK(parser.parse("\"a\n\",\"b\nc", true) == RecordStatus::kOpenQuote);
  CHECK(parser.error_line() == 1);
}

TEST_CASE("text after a closing quote is reported with its cell") {
  RecordParser parser(',', true);
  CHECK(parser.parse("a,\"b\"c,d\n", true) == RecordStatus::kAfterQuote);
  CHECK(parser.error_cell() == 1);
}

}  // namespace record_parser_test
