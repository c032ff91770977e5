#include "table/read.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/sha256.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

namespace {

// As tests/fixtures/compare_table.py writes a cell.
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

}  // namespace

TEST_CASE("real data sets are read as HF datasets reads them, and shuffled as it shuffles them") {
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
