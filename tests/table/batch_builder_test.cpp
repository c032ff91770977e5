// How text formats become chunks, tested through RowReader.
#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("a column is null in rows before its first occurrence, and in rows without it") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.jsonl", "{\"a\": 1}\n{\"b\": \"x\"}\n{\"a\": 2}\n"));
  CHECK(rows.column_names() == std::vector<std::string>{"a", "b"});
  CHECK(is_null(rows.value(0, "b")));
  CHECK(is_null(rows.value(1, "a")));
  CHECK(rows.value(2, "a") == Value(int64_t{2}));
  CHECK(is_null(rows.value(2, "b")));
}

TEST_CASE("a chunk holds some thousand rows, and line numbers continue in the next one") {
  const TemporaryFolder folder;
  std::string text = "text\n";
  for (int i = 0; i < 100'000; ++i) text += "row\n";
  RowReader reader({folder.write("a.csv", text)});
  uint64_t total = 0, chunks = 0;
  std::string last;
  while (const auto rows = reader.next()) {
    total += rows->size();
    ++chunks;
    last = rows->location(rows->size() - 1);
  }
  CHECK(total == 100'000);
  CHECK(chunks > 1);
  CHECK(last == (folder.path() / "a.csv").string() + ":100001");
}

TEST_CASE("a table has at most ten thousand columns") {
  const TemporaryFolder folder;
  std::string header = "a";
  for (int i = 0; i < 10'000; ++i) header += ",c" + std::to_string(i);
  CHECK(contains(expect_error([&] { read_rows(folder.write("a.csv", header + "\n")); }).what(),
                 "more than 10000 columns"));
}
