// parquet and arrow files: class names, and the errors for damaged files. cell_test.cpp tests the cells.
#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace arrow_files_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

namespace {
const fs::path kFixtures = HONE_SOURCE_DIR "/tests/fixtures/table";
}

TEST_CASE("the class names that datasets wrote into a parquet file are read, compressed or not") {
  for (const char* name : {"class_label.parquet", "class_label.parquet.gz"}) {
    CAPTURE(name);
    const Rows rows = read_rows(kFixtures / name);
    CHECK(rows.size() == 5);
    CHECK(rows.column("label").class_names() ==
          std::vector<std::string>{"negative", "positive", "\xE4\xB8\xAD\xE6\x80\xA7"});
    CHECK(rows.value(3, "label") == Value(int64_t{-1}));
    CHECK(rows.location(2) == (kFixtures / name).string() + ": row 2");
  }
}

TEST_CASE("text in parquet that is not UTF-8 is an error with its row") {
  const Error error = expect_error([] { read_rows(kFixtures / "latin1.parquet"); });
  CHECK(contains(error.what(), "latin1.parquet: row 1: column \"text\" is not UTF-8 text"));
}

TEST_CASE("parquet without rows or with a repeated column name is an error") {
  CHECK(contains(expect_error([] { read_rows(kFixtures / "no_rows.parquet"); }).what(), "there are no rows"));
  CHECK(
      contains(expect_error([] { read_rows(kFixtures / "twice.parquet"); }).what(), "two columns are named \"text\""));
}

TEST_CASE("the error for a column that parquet lacks lists the existing ones") {
  const Error error = expect_error([] { read_rows(kFixtures / "class_label.parquet").column("sentence"); });
  CHECK(contains(error.what(), "class_label.parquet: there is no column \"sentence\""));
  CHECK(error.hint() == "its columns: \"text\", \"label\"");
}

TEST_CASE("a dictionary index beyond its dictionary is an error that names the column, and is never dereferenced") {
  const TemporaryFolder folder;
  std::string damaged = read_file(kFixtures / "types.parquet");
  constexpr size_t kIndexByte = 1394;  // pyarrow reads 253 of 3 here
  damaged[kIndexByte] = static_cast<char>(damaged[kIndexByte] ^ 0xFF);
  const Error error = expect_error([&] { read_rows(folder.write("index.parquet", damaged)); });
  CHECK(contains(error.what(), "index.parquet: column \"dictionary\""));
  CHECK(contains(error.what(), "out of bounds: 253 (should be in [0, 3])"));
  CHECK(error.hint() == "the file may be damaged");
}

TEST_CASE("a damaged file is an error or has different values, and never crashes") {
  const TemporaryFolder folder;
  for (const char* name : {"types.parquet", "types.arrow", "stream.arrow", "packed.arrow"}) {
    const std::string whole = read_file(kFixtures / name);
    CAPTURE(name);
    CHECK_THROWS_AS(read_rows(folder.write(std::string("empty-") + name, "")), Error);
    CHECK_THROWS_AS(read_rows(folder.write(std::string("text-") + name, "text,label\n")), Error);
    CHECK_THROWS_AS(read_rows(folder.write(std::string("half-") + name, whole.substr(0, whole.size() / 2))), Error);
    for (size_t at = 0; at < whole.size(); at += 41) {  // must not crash; some bytes only change values
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      try {
        const Rows rows = read_rows(folder.write(name, damaged));
        for (const std::string& column : rows.column_names()) rows.json(0, column);
      } catch (const Error& error) {
        CHECK_FALSE(std::string_view(error.what()).empty());
      }
    }
  }
}

}  // namespace arrow_files_test
