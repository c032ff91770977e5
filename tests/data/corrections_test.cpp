#include "data/corrections.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace corrections_test {

using namespace hone;
using namespace hone::data;

LabelCorrections read(const TemporaryFolder& folder, const std::string& content) {
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "text,label\n\"a, b\",x\nc,y\n"));
  return {folder.write("corrections.csv", content), rows, RowTexts(rows, {"text", std::nullopt})};
}

std::string problem(const std::string& content) {
  const TemporaryFolder folder;
  const Error error = expect_error([&] { read(folder, content); });
  CHECK(error.kind() == ErrorKind::kInput);
  const std::string what = error.what();
  const size_t name = what.find("corrections.csv");
  return name == std::string::npos ? what : what.substr(name);
}

TEST_CASE("labels are read by the number of their row") {
  const TemporaryFolder folder;
  const LabelCorrections corrections = read(folder, "row,label,text\n1,x,c\n0,\"y, z\",\"a, b\"\n1,x,c\n");
  REQUIRE(corrections.label(0) != nullptr);
  CHECK(*corrections.label(0) == "y, z");
  CHECK(*corrections.label(1) == "x");
  CHECK(corrections.label(2) == nullptr);
  CHECK(LabelCorrections().label(0) == nullptr);
}

TEST_CASE("corrections that do not fit the rows are errors") {
  CHECK(problem("row,label\n2,x\n") == "corrections.csv:2: \"2\" is not the number of a row; there are 2 rows");
  CHECK(problem("row,label\n-1,x\n") == "corrections.csv:2: \"-1\" is not the number of a row; there are 2 rows");
  CHECK(problem("row,label\none,x\n") == "corrections.csv:2: \"one\" is not the number of a row; there are 2 rows");
  CHECK(problem("row,label\n0,x\n0,y\n") == "corrections.csv:3: row 0 has two labels, \"x\" and \"y\"");
  CHECK(problem("row,label\n0,\n") == "corrections.csv:2: there is no label");
  CHECK(contains(problem("row,label,text\n0,y,c\n"), "corrections.csv:2: row 0 has another text at "));
  CHECK(contains(problem("row,new\n0,y\n"), "label"));
}

TEST_CASE("a label becomes a cell of the column that is written") {
  using enum table::ColumnType;
  const TemporaryFolder folder;
  const table::Rows texts = table::read_rows(folder.write("a.csv", "label\n1\n"));
  CHECK(label_cell("007", texts.column("label"), kString) == table::Value(std::string("007")));
  CHECK(label_cell("7", texts.column("label"), kInt) == table::Value(int64_t{7}));
  const Error misfit = expect_error([&] { label_cell("good", texts.column("label"), kInt); });
  CHECK(std::string(misfit.what()) == "label \"good\" does not fit column \"label\", which holds int values");
  CHECK(misfit.hint() == "write a csv file, whose columns hold any text");
  const table::Rows numbers = table::read_rows(folder.write("a.jsonl", "{\"label\": 1}\n"));
  CHECK(label_cell("0", numbers.column("label"), kInt) == table::Value(int64_t{0}));
  CHECK(label_cell("0", numbers.column("label"), kString) == table::Value(std::string("0")));
  CHECK(std::string(expect_error([&] { label_cell("good", numbers.column("label"), kString); }).what()) ==
        "label \"good\" does not fit column \"label\", which holds int values");
  table::ReadOptions options;
  options.class_names["label"] = {"bad", "good"};
  const table::Rows named = table::read_rows(folder.path() / "a.jsonl", options);
  CHECK(label_cell("good", named.column("label"), kInt) == table::Value(int64_t{1}));
  CHECK(label_cell("good", named.column("label"), kString) == table::Value(std::string("1")));
  CHECK(contains(expect_error([&] { label_cell("godo", named.column("label"), kInt); }).hint(), "good"));
}

}  // namespace corrections_test
