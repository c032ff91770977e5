// Joining columns of several files, tested through read_rows.
#include "table/read.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace table_data_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

Rows read_two(const TemporaryFolder& folder, const std::string& extension, const char* first, const char* second) {
  const std::vector<fs::path> files = {folder.write("a" + extension, first), folder.write("b" + extension, second)};
  return read_rows(files);
}

TEST_CASE("several files become one table in order, with their own locations") {
  const TemporaryFolder folder;
  const Rows rows = read_two(folder, ".csv", "text,label\na,1\nb,0\n", "text,label\nc,1\n");
  CHECK(rows.size() == 3);
  CHECK(rows.text(2, "text") == "c");
  CHECK(rows.location(2) == (folder.path() / "b.csv").string() + ":2");
}

TEST_CASE("files may order their columns differently, and null columns get the other file's type") {
  const TemporaryFolder folder;
  const Rows rows = read_two(folder, ".csv", "text,label\na,\n", "label,text\n1,c\n");
  CHECK(rows.column("label").type() == ColumnType::kInt);
  CHECK(is_null(rows.value(0, "label")));
  CHECK(rows.value(1, "label") == Value(int64_t{1}));
  CHECK(rows.text(1, "text") == "c");
}

TEST_CASE("integers and floats join as floats, and columns with text in one csv file as text") {
  const TemporaryFolder folder;
  CHECK(read_two(folder, ".csv", "x\n1\n", "x\n2.5\n").value(0, "x") == Value(1.0));
  CHECK(read_two(folder, ".csv", "x\n1\n", "x\ngood\n").value(0, "x") == Value(std::string("1")));
  CHECK(read_two(folder, ".jsonl", "{\"x\": 1}", "{\"x\": 2.5}").value(0, "x") == Value(1.0));
}

TEST_CASE("files with other columns or types are an error that names both") {
  const TemporaryFolder folder;
  const Error columns = expect_error([&] { read_two(folder, ".csv", "text,label\na,1\n", "text,stars\nb,1\n"); });
  CHECK(contains(columns.what(), "b.csv has the columns \"text\", \"stars\", but "));
  CHECK(contains(columns.what(), "a.csv has \"text\", \"label\""));
  const Error types = expect_error([&] { read_two(folder, ".jsonl", "{\"x\": 1}", "{\"x\": \"one\"}"); });
  CHECK(contains(types.what(), "column \"x\" holds string values in "));
  CHECK(contains(types.what(), "b.jsonl, but int values in "));
}

}  // namespace table_data_test
