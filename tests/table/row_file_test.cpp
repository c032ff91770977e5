#include "table/row_file.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace row_file_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

void write(const fs::path& path, const std::vector<FileColumn>& all, const Rows& rows) {
  const std::vector<FileColumn> columns = columns_of_format(row_file_format(path), all);
  const auto file = create_row_file(path, row_file_format(path), columns);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    std::vector<Value> values;
    for (const FileColumn& column : columns) values.push_back(file_value(rows.column(column.name), row, column));
    file->write(values);
  }
  file->commit();
}

// Reads the file, writes it as `name`, and returns what is read again.
Rows copied(const TemporaryFolder& folder, const fs::path& source, const std::string& name) {
  const Rows rows = read_rows(source);
  write(folder.path() / name, scan_columns(std::span(&source, 1), {}), rows);
  return read_rows(folder.path() / name);
}

void check_equal(const Rows& a, const Rows& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(a.column_names() == b.column_names());
  for (const std::string& name : a.column_names()) {
    for (uint64_t row = 0; row < a.size(); ++row) {
      CAPTURE(name);
      CAPTURE(row);
      CHECK(a.json(row, name) == b.json(row, name));
    }
  }
}

TEST_CASE("rows survive every format that holds them") {
  const TemporaryFolder folder;
  const fs::path source =
      folder.write("in.jsonl",
                   "{\"text\": \"say \\\"yes\\\",\\n\\ttab \xE6\xAD\xA3\", \"n\": -3, \"x\": 0.5, \"b\": true}\n"
                   "{\"text\": \"\", \"n\": 7, \"x\": 2.0, \"b\": false}\n"
                   "{\"text\": \"\\\"quoted\\\"\", \"n\": null, \"x\": null, \"b\": null}\n");
  for (const char* name : {"out.jsonl", "out.json", "out.parquet", "out.arrow", "out.csv", "out.tsv"}) {
    CAPTURE(name);
    const Rows rows = copied(folder, source, name);
    REQUIRE(rows.size() == 3);
    CHECK(*rows.text(0, "text") == "say \"yes\",\n\ttab \xE6\xAD\xA3");
    CHECK(rows.text(1, "text").value_or("") == "");
    CHECK(*rows.text(2, "text") == "\"quoted\"");
    CHECK(std::get<int64_t>(rows.value(0, "n")) == -3);
    CHECK(std::get<double>(rows.value(0, "x")) == 0.5);
    CHECK(std::get<bool>(rows.value(1, "b")) == false);
    for (const char* column : {"n", "x", "b"}) CHECK(is_null(rows.value(2, column)));
  }
}

TEST_CASE("lists and objects keep their types in parquet and arrow") {
  const TemporaryFolder folder;
  const fs::path source =
      folder.write("in.jsonl",
                   "{\"a\": [1, 2], \"b\": [{\"role\": \"user\", \"n\": 1}], \"c\": {\"x\": null, \"y\": [\"z\"]}}\n"
                   "{\"a\": [2.5], \"b\": [], \"c\": {\"x\": 3}}\n"
                   "{\"a\": null, \"b\": null, \"c\": null}\n");
  for (const char* name : {"out.parquet", "out.arrow", "out.jsonl"}) {
    CAPTURE(name);
    const Rows rows = copied(folder, source, name);
    CHECK(rows.column("a").type() == ColumnType::kNested);
    CHECK(rows.json(1, "a") == "[2.5]");
    CHECK(rows.json(1, "b") == "[]");
    CHECK(rows.json(2, "a") == "null");
  }
  const Rows rows = copied(folder, source, "out.parquet");
  CHECK(rows.json(0, "a") == "[1.0,2.0]");
  CHECK(rows.json(0, "b") == "[{\"role\":\"user\",\"n\":1}]");
  CHECK(rows.json(1, "c") == "{\"x\":3,\"y\":null}");
}

TEST_CASE("conll keeps words and tags, and class names") {
  const TemporaryFolder folder;
  const fs::path source = folder.write("in.conll", "Ada B-PER\nran O\n\nParis B-LOC\n\n");
  check_equal(copied(folder, source, "out.conll"), read_rows(source));
  check_equal(copied(folder, source, "out.parquet"), read_rows(source));
  check_equal(copied(folder, folder.path() / "out.parquet", "again.conll"), read_rows(source));
}

TEST_CASE("names of classes survive in parquet") {
  const TemporaryFolder folder;
  FileColumn column = {"label", ColumnType::kInt, {"neg", "pos"}};
  const auto file = create_row_file(folder.path() / "a.parquet", "parquet", {column});
  file->write(std::vector<Value>{int64_t{1}});
  file->commit();
  CHECK(read_rows(folder.path() / "a.parquet").column("label").class_names() == std::vector<std::string>{"neg", "pos"});
  check_equal(copied(folder, folder.path() / "a.parquet", "b.arrow"), read_rows(folder.path() / "a.parquet"));
  CHECK(read_rows(folder.path() / "b.arrow").column("label").class_names().size() == 2);
}

TEST_CASE("integers that are not their own text stay text") {
  const TemporaryFolder folder;
  const fs::path source = folder.write("in.csv", "id,n,x\n007,1,1.50\n12,2,2\n");
  const Rows rows = copied(folder, source, "out.jsonl");
  CHECK(*rows.text(0, "id") == "007");
  CHECK(*rows.text(1, "id") == "12");
  CHECK(std::get<int64_t>(rows.value(0, "n")) == 1);
  copied(folder, source, "out.csv");
  CHECK(read_file(folder.path() / "out.csv") == "id,n,x\n007,1,1.50\n12,2,2\n");
}

TEST_CASE("columns of several files are joined") {
  const TemporaryFolder folder;
  const std::vector<fs::path> files = {folder.write("a.csv", "text,n\nx,1\n"), folder.write("b.csv", "text,n\ny,1.5\n"),
                                       folder.write("c.csv", "text,other\ny,z\n")};
  const std::vector<FileColumn> columns = scan_columns(files, {});
  REQUIRE(columns.size() == 3);
  CHECK(columns[1].type == ColumnType::kFloat);
  CHECK(columns[2].name == "other");
}

TEST_CASE("what a format cannot hold is an error") {
  const TemporaryFolder folder;
  const std::vector<FileColumn> text = {{"text", ColumnType::kString}},
                                two = {{"text", ColumnType::kString}, {"label", ColumnType::kString}};
  CHECK(contains(expect_error([&] { create_row_file(folder.path() / "a.txt", "txt", two); }).hint(), "--columns"));
  const auto file = create_row_file(folder.path() / "a.txt", "txt", text);
  file->write(std::vector<Value>{std::string("one line")});
  CHECK(contains(expect_error([&] { file->write(std::vector<Value>{std::string("two\nlines")}); }).what(), "row 1"));
  CHECK(expect_error([&] { create_row_file(folder.path() / "a.conll", "conll", two); }).kind() == ErrorKind::kUsage);
  CHECK(expect_error([] { row_file_format("a.xlsx"); }).kind() == ErrorKind::kUsage);
  CHECK(contains(expect_error([] { row_file_format("a.csv.gz"); }).what(), "compressed"));
  CHECK(expect_error([&] { create_row_stream([](std::string_view) {}, "parquet", text); }).kind() == ErrorKind::kUsage);
  CHECK_FALSE(fs::exists(folder.path() / "a.txt"));
}

}  // namespace row_file_test
