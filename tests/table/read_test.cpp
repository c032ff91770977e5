#include "table/read.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/sha256.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace read_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

// Returns a cell's text as tests/fixtures/compare_table.py writes it.
std::string cell_text(const Value& value) {
  constexpr std::string_view kMarks = "NBIFS";
  return std::string(1, kMarks[value.index()]) + value_text(value) + '\0';
}

std::string digest(const Rows& rows, const std::string& name) {
  const Column column = rows.column(name);
  std::string cells;
  for (uint64_t row = 0; row < rows.size(); ++row) cells += cell_text(column.value(row));
  return sha256(cells);
}

TEST_CASE("real data sets are read and shuffled as by HF datasets") {
  const fs::path data = fs::path(HONE_SOURCE_DIR) / ".." / "shared" / "data";
  if (!fs::exists(data)) {
    MESSAGE("skipped: ../shared/data is not here");
    return;
  }
  const Json fixture = read_json(HONE_SOURCE_DIR "/tests/fixtures/table_digests.json");
  for (const Json& expected : fixture["cases"]) {
    const std::string path = expected["path"];
    CAPTURE(path);
    const Rows rows = read_rows(data / path);
    CHECK(rows.size() == expected["rows"].get<uint64_t>());
    const Rows shuffled = rows.shuffle(42).take(100);
    CHECK(rows.column_names().size() == expected["columns"].size());
    for (const auto& [name, digests] : expected["columns"].items()) {
      CAPTURE(name);
      CHECK(digest(rows, name) == digests["all"].get<std::string>());
      CHECK(digest(shuffled, name) == digests["shuffled"].get<std::string>());
    }
  }
}

Value value_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number_float()) return json.get<double>();
  return {};
}

void check_rows(const Rows& rows, const Json& expected) {
  CHECK(rows.column_names().size() == expected.size());
  size_t position = 0;
  for (const auto& [name, cells] : expected.items()) {
    CAPTURE(name);
    CHECK(rows.column_names().at(position++) == name);
    REQUIRE(rows.size() == cells.size());
    for (uint64_t row = 0; row < rows.size(); ++row) CHECK(rows.value(row, name) == value_of(cells[row]));
  }
}

TEST_CASE("tricky files are read as by HF datasets, or differ as the fixture states") {
  const Json fixture = read_json(HONE_SOURCE_DIR "/tests/fixtures/table/tricky.json");
  for (const Json& expected : fixture["cases"]) {
    const TemporaryFolder folder;
    const std::string name = expected["name"];
    CAPTURE(name);
    const fs::path path = folder.write(name, expected["text"].get<std::string>());
    check_rows(read_rows(path), expected["rows"]);
    RowReader reader({path});
    uint64_t total = 0;
    while (const auto rows = reader.next(1)) {
      CHECK(rows->size() == 1);
      total += rows->size();
    }
    CHECK(total == read_rows(path).size());
  }
}

TEST_CASE("a row reader reads several files, batch by batch") {
  const TemporaryFolder folder;
  RowReader reader({folder.write("a.csv", "text\na\nb\nc\n"), folder.write("b.jsonl", "{\"text\": \"d\"}\n")});
  std::string texts;
  while (const auto rows = reader.next(2)) {
    CHECK(rows->size() <= 2);
    for (uint64_t row = 0; row < rows->size(); ++row) texts += *rows->text(row, "text");
    texts += '|';
  }
  CHECK(texts == "ab|c|d|");
  CHECK_FALSE(reader.next());
}

TEST_CASE("a row reader reports an error only when it reaches the row") {
  const TemporaryFolder folder;
  RowReader ragged({folder.write("a.csv", "text,label\na,1\nb\n")});
  CHECK(ragged.next(1));
  CHECK(contains(expect_error([&] { ragged.next(1); }).what(), "a.csv:3: 1 field"));
  RowReader empty({folder.write("b.csv", "text,label\n")});
  CHECK(contains(expect_error([&] { empty.next(); }).what(), "b.csv: there are no rows"));
  RowReader other({folder.write("c.csv", "x\n1\n"), folder.write("d.csv", "y\n1\n")});
  CHECK(other.next());
  CHECK_THROWS_AS(while (other.next()){}, Error);
}

TEST_CASE("rows outlive the reader and the file") {
  const TemporaryFolder folder;
  Rows rows;
  {
    const fs::path path = folder.write("a.csv", "text\nstill here\n");
    RowReader reader({path});
    rows = *reader.next();
    fs::remove(path);
  }
  CHECK(rows.text(0, "text") == "still here");
}

}  // namespace read_test
