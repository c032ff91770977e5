// Tables larger than the memory limit: rows in memory and rows on disk must be the same.
#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace chunk_store_test {

using namespace hone;
using namespace hone::table;

void check_equal(const Rows& a, const Rows& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(a.column_names() == b.column_names());
  for (const std::string& name : a.column_names()) {
    const Column left = a.column(name), right = b.column(name);
    CHECK(left.type() == right.type());
    uint64_t equal = 0;
    for (uint64_t row = 0; row < a.size(); ++row) {
      equal += left.json(row) == right.json(row) && a.location(row) == b.location(row) ? 1 : 0;
    }
    CHECK(equal == a.size());
  }
}

ReadOptions small_memory(const TemporaryFolder& folder, uint64_t limit) {
  ReadOptions options;
  options.memory_limit = limit;
  options.cache_dir = folder.path();
  return options;
}

TEST_CASE("csv and jsonl rows are the same above and below the memory limit") {
  const TemporaryFolder folder;
  std::string csv = "text,label\n", jsonl;
  for (int i = 0; i < 200'000; ++i) {
    csv += "row " + std::to_string(i) + "," + (i % 7 == 0 ? "" : std::to_string(i % 3)) + "\n";
    jsonl += "{\"text\": \"row " + std::to_string(i) + "\"" + (i > 150'000 ? ", \"late\": [1]}\n" : "}\n");
  }
  for (const auto& path : {folder.write("a.csv", csv), folder.write("a.jsonl", jsonl)}) {
    const Rows rows = read_rows(path);
    check_equal(rows, read_rows(path, small_memory(folder, 1)));          // everything spilled
    check_equal(rows, read_rows(path, small_memory(folder, 3'000'000)));  // spilled after half of the file
    CHECK(rows.shuffle(1).text(0, "text") == read_rows(path, small_memory(folder, 1)).shuffle(1).text(0, "text"));
  }
}

TEST_CASE("parquet and arrow rows are the same above and below the memory limit") {
  const TemporaryFolder folder;
  for (const char* name : {"types.parquet", "types.arrow", "packed.arrow", "class_label.parquet.gz"}) {
    CAPTURE(name);
    const std::filesystem::path path = std::string(HONE_SOURCE_DIR "/tests/fixtures/table/") + name;
    check_equal(read_rows(path), read_rows(path, small_memory(folder, 1)));
  }
}

TEST_CASE("a cache folder that cannot be written is an error") {
  const TemporaryFolder folder;
  ReadOptions options = small_memory(folder, 1);
  options.cache_dir = folder.path() / "missing";
  const auto path = folder.write("a.csv", "text\na\n");
  CHECK(contains(expect_error([&] { read_rows(path, options); }).what(), "cannot write a temporary file in"));
}

}  // namespace chunk_store_test
