// .json files with a single object, tested through read_rows.
#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace json_document_test {

using namespace hone;
using namespace hone::table;

Rows rows_of(std::string_view text) {
  const TemporaryFolder folder;
  return read_rows(folder.write("a.json", text));
}

TEST_CASE("the only list of objects contains the rows, with their lines") {
  const Rows rows = rows_of(
      "{\"version\": 2, \"meta\": {\"data\": [1]},\n \"d\\u0061ta\": [\n{\"a\": 1},\n{\"a\": 2}\n], \"z\": 0}\n");
  CHECK(rows.size() == 2);
  CHECK(rows.value(1, "a") == Value(int64_t{2}));
  CHECK(rows.location(1).ends_with("a.json:4"));
}

TEST_CASE("an object of lists is a table of columns, whose locations are row numbers") {
  const Rows rows = rows_of("{\"text\": [\"a\", null, \"c\"], \"label\": [1, 0, 1]}");
  CHECK(rows.size() == 3);
  CHECK(is_null(rows.value(1, "text")));
  CHECK(rows.value(2, "label") == Value(int64_t{1}));
  CHECK(rows.location(2).ends_with("a.json: row 2"));
}

TEST_CASE("any other object is a single row") {
  const Rows rows = rows_of("{\"text\": \"a\",\n \"tokens\": [1, 2]}\n");
  CHECK(rows.size() == 1);
  CHECK(rows.json(0, "tokens") == "[1,2]");
}

TEST_CASE("lists of different lengths are an error that names both") {
  CHECK(contains(expect_error([] { rows_of("{\"text\": [\"a\", \"b\"], \"label\": [1]}"); }).what(),
                 "the list \"label\" has 1 values, but \"text\" has 2"));
}

TEST_CASE("a different type in a list is an error with its row") {
  CHECK(contains(expect_error([] { rows_of("{\"label\": [1, 2,\n \"x\"]}"); }).what(),
                 "a.json: row 2: \"label\" is of type string here, but int in the rows before"));
}

TEST_CASE("a truncated or malformed document is an error with line and column") {
  CHECK(contains(expect_error([] { rows_of("{\"data\": [\n{\"a\": 1},\n"); }).what(), "a.json:"));
  CHECK(contains(expect_error([] { rows_of("{\"data\": [\n{\"a\": x}]}"); }).what(), "a.json:2:7: "));
}

}  // namespace json_document_test
