#include "table/rows.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace rows_test {

using namespace hone;
using namespace hone::table;

Rows sample(const TemporaryFolder& folder) {
  return read_rows(folder.write("train.csv", "text,label\na,0\n\"b\nb\",1\n\nc,\nd,1\n"));
}

TEST_CASE("rows have a size, columns, types and cells") {
  const TemporaryFolder folder;
  const Rows rows = sample(folder);
  CHECK(rows.size() == 4);
  CHECK(rows.column_names() == std::vector<std::string>{"text", "label"});
  CHECK(rows.has_column("label"));
  CHECK_FALSE(rows.has_column("Label"));
  CHECK(rows.column("label").type() == ColumnType::kInt);
  CHECK(rows.text(1, "text") == "b\nb");
  CHECK(rows.value(1, "label") == Value(int64_t{1}));
  CHECK(is_null(rows.value(2, "label")));
  CHECK(rows.column("label").is_null(2));
  CHECK(rows.column("label").text(1) == "1");
  CHECK(rows.json(1, "text") == "\"b\\nb\"");
  CHECK(rows.json(1, "label") == "1");
  CHECK(rows.json(2, "label") == "null");
  CHECK(Rows().empty());
}

TEST_CASE("a location is the file and the first line of the record") {
  const TemporaryFolder folder;
  const Rows rows = sample(folder);
  const std::string path = (folder.path() / "train.csv").string();
  CHECK(rows.location(0) == path + ":2");
  CHECK(rows.location(1) == path + ":3");
  CHECK(rows.location(2) == path + ":6");
  CHECK(rows.location(3) == path + ":7");
}

TEST_CASE("select, take and shuffle keep cells and locations together") {
  const TemporaryFolder folder;
  const Rows rows = sample(folder);
  const Rows twice = rows.select(std::vector<uint64_t>{3, 0, 3}).select(std::vector<uint64_t>{2, 1});
  CHECK(twice.size() == 2);
  CHECK(twice.text(0, "text") == "d");
  CHECK(twice.location(0) == rows.location(3));
  CHECK(twice.text(1, "text") == "a");
  CHECK(rows.take(2).size() == 2);
  CHECK(rows.take(99).size() == 4);
  // numpy.random.default_rng(42).permutation(4) is [3, 2, 1, 0]
  const Rows shuffled = rows.shuffle(42);
  for (uint64_t i = 0; i < 4; ++i) CHECK(shuffled.location(i) == rows.location(3 - i));
}

TEST_CASE("the error for an unknown column has the nearest name and the list") {
  const TemporaryFolder folder;
  const Error error = expect_error([&] { sample(folder).column("lable"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "train.csv: there is no column \"lable\""));
  CHECK(error.hint() == "did you mean \"label\"? its columns: \"text\", \"label\"");
}

TEST_CASE("a column of numbers is not a text, except in csv") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.jsonl", "{\"text\": \"a\", \"label\": 3}\n"));
  CHECK_FALSE(rows.column("label").has_text());
  CHECK(std::string(expect_error([&] { rows.text(0, "label"); }).what()) ==
        "column \"label\" holds int values, not text");
}

TEST_CASE("a row beyond the table is an internal error, not a crash") {
  const TemporaryFolder folder;
  const Rows rows = sample(folder);
  CHECK_THROWS_AS(rows.text(4, "text"), Error);
  CHECK_THROWS_AS(rows.location(4), Error);
  CHECK_THROWS_AS(rows.select(std::vector<uint64_t>{4}), Error);
}

}  // namespace rows_test
