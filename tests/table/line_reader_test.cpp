#include "table/line_reader.h"

#include <doctest/doctest.h>

#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("lines come without their ends, numbered from 1") {
  const TemporaryFolder folder;
  LineReader lines(folder.write("a.txt", "a\r\n\nb\rc"), Charset::kUtf8);
  CHECK_FALSE(lines.is_empty());
  uint64_t number = 0;
  for (const char* expected : {"a", "", "b", "c"}) {
    CHECK(lines.next() == expected);
    CHECK(lines.line() == ++number);
  }
  CHECK_FALSE(lines.next());
  CHECK_FALSE(lines.next());
}

TEST_CASE("a file without bytes has no line") {
  const TemporaryFolder folder;
  LineReader lines(folder.write("a.txt", ""), Charset::kUtf8);
  CHECK(lines.is_empty());
  CHECK_FALSE(lines.next());
}

TEST_CASE("only the last line may lack a line end") {
  const TemporaryFolder folder;
  LineReader lines(folder.write("a.txt", "a\r\n\nb\rc"), Charset::kUtf8);
  for (const bool has_end : {true, true, true, false}) {
    CHECK(lines.next());
    CHECK(lines.has_line_end() == has_end);
  }
}

TEST_CASE("txt files hold lines, by their names") {
  CHECK(holds_lines("a.txt"));
  CHECK(holds_lines("a.TXT.gz"));
  CHECK_FALSE(holds_lines("a.jsonl"));
  CHECK_FALSE(holds_lines("a"));
}
