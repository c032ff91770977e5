#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("a text file is a row a line, empty ones too") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.txt", "123\r\n\n\"quoted\", NA"));
  CHECK(rows.size() == 3);
  CHECK(rows.column_names() == std::vector<std::string>{"text"});
  CHECK(rows.text(0, "text") == "123");
  CHECK(rows.value(0, "text") == Value(std::string("123")));
  CHECK(rows.text(1, "text") == "");
  CHECK(rows.text(2, "text") == "\"quoted\", NA");
  CHECK(rows.location(2) == (folder.path() / "a.txt").string() + ":3");
}

TEST_CASE("an empty text file is an error") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { read_rows(folder.write("a.txt", "")); }).what(), "a.txt: the file is empty"));
}
