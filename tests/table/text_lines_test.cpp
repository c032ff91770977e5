#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("each line of a text file is a row, also an empty one") {
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

TEST_CASE("lines end in LF, CRLF or CR, also mixed") {
  const TemporaryFolder folder;
  const auto texts = [&](std::string_view text) {
    const Rows rows = read_rows(folder.write("a.txt", text));
    std::vector<std::string> result;
    for (uint64_t row = 0; row < rows.size(); ++row) result.emplace_back(*rows.text(row, "text"));
    return result;
  };
  using Texts = std::vector<std::string>;
  CHECK(texts("good film\rbad film\rfine film") == Texts{"good film", "bad film", "fine film"});
  CHECK(texts("good\rbad\r") == Texts{"good", "bad"});
  CHECK(texts("a\rb\nc\r\nd\r\re") == Texts{"a", "b", "c", "d", "", "e"});
}

TEST_CASE("a CRLF across two windows is one line end") {
  const TemporaryFolder folder;
  const std::string line((size_t{1} << 22) - 1, 'x');  // the first window ends after the CR
  const Rows rows = read_rows(folder.write("a.txt", line + "\r\nb\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows.text(0, "text") == line);
  CHECK(rows.text(1, "text") == "b");
}

TEST_CASE("an empty text file is an error") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { read_rows(folder.write("a.txt", "")); }).what(), "a.txt: the file is empty"));
}
