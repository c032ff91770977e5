#include "table/parallel_lines.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "expect_error.h"
#include "temporary_folder.h"

namespace parallel_lines_test {

using namespace hone;
using Paths = std::vector<std::filesystem::path>;

TEST_CASE("each line of two files is a row, also an empty one") {
  const TemporaryFolder folder;
  const Paths texts{folder.write("train.en", "a\n\nc\r\nd"), folder.write("more.en", "e\n")};
  const Paths targets{folder.write("train.de", "A\nB\n\nD\n"), folder.write("more.de", "E\n")};
  const table::Rows rows = table::read_parallel_lines(texts, targets);
  REQUIRE(rows.size() == 5);
  CHECK(rows.text(0, "text") == "a");
  CHECK(rows.text(1, "text") == "");
  CHECK(rows.text(1, "target") == "B");
  CHECK(rows.text(2, "target") == "");
  CHECK(rows.text(3, "target") == "D");
  CHECK(rows.text(4, "target") == "E");
  CHECK(rows.location(2).ends_with("train.en:3"));
  CHECK(rows.location(4).ends_with("more.en:1"));
}

TEST_CASE("files with other numbers of lines are an error that names both") {
  const TemporaryFolder folder;
  const Paths texts{folder.write("train.en", "a\nb\nc\n")}, targets{folder.write("train.de", "A\n")};
  const Error error = expect_error([&] { table::read_parallel_lines(texts, targets); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "train.en has 3 lines, "));
  CHECK(std::string(error.what()).ends_with("train.de has 1"));
  CHECK(contains(error.hint(), "belongs to the same line"));
  const Error other = expect_error([&] { table::read_parallel_lines(targets, texts); });
  CHECK(contains(other.what(), "train.de has 1 line, "));
  CHECK(std::string(other.what()).ends_with("train.en has 3"));
}

TEST_CASE("each file of texts has one of targets") {
  const TemporaryFolder folder;
  const Paths one{folder.write("a", "a\n")};
  const Error error = expect_error([&] { table::read_parallel_lines(one, {}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "1 file with texts and 0 files with their targets"));
}

}  // namespace parallel_lines_test
