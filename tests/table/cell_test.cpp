// Cells of every Arrow type, from tests/fixtures/table/types.* (make_table_files.py describes their contents).
#include <doctest/doctest.h>

#include "table/read.h"

namespace cell_test {

using namespace hone::table;

void check_types(const std::string& name) {
  CAPTURE(name);
  const Rows rows = read_rows(HONE_SOURCE_DIR "/tests/fixtures/table/" + name);
  REQUIRE(rows.size() == 5);
  for (const char* column : {"large", "view", "dictionary", "bytes"}) {
    CAPTURE(column);
    CHECK(rows.column(column).type() == ColumnType::kString);
    CHECK(rows.text(0, column) == "good");
    CHECK(rows.text(1, column) == "");
    CHECK(rows.text(2, column) == std::nullopt);
    CHECK(rows.text(3, column) == "\xE6\xAD\xA3\xE9\x9D\xA2 \xF0\x9F\x98\x80");
    CHECK(rows.json(4, column) == "\"caf\xC3\xA9 \\\"quoted\\\"\\n\"");
  }
  CHECK(rows.value(2, "int8") == Value(int64_t{-3}));
  CHECK(is_null(rows.value(1, "int8")));
  CHECK(rows.value(4, "uint64") == Value(uint64_t{18446744073709551615U}));
  CHECK(rows.value(3, "uint64") == Value(int64_t{4}));
  CHECK(rows.value(0, "float32") == Value(0.5));
  CHECK(rows.value(0, "bool") == Value(true));
  CHECK(rows.column("nothing").type() == ColumnType::kNull);
  CHECK(is_null(rows.value(0, "nothing")));
  CHECK(rows.text(0, "nothing") == std::nullopt);
  CHECK(rows.json(0, "nothing") == "null");
  CHECK(rows.value(2, "day") == Value(std::string("1970-01-02")));
  CHECK(rows.column("messages").type() == ColumnType::kNested);
  CHECK(rows.json(0, "messages") ==
        "[{\"role\":\"user\",\"content\":\"hi \xE6\xAD\xA3\"},{\"role\":\"bot\",\"content\":null}]");
  CHECK(rows.json(1, "messages") == "null");
  CHECK(rows.json(2, "messages") == "[]");
  CHECK(rows.json(0, "struct") == "{\"a\":1,\"b\":[1.5,null]}");
  CHECK(rows.value(2, "struct") == Value(std::string("{\"a\":2,\"b\":null}")));
}

TEST_CASE("cells of every type are read from parquet and arrow files") {
  check_types("types.parquet");
  check_types("types.arrow");
  check_types("stream.arrow");
  check_types("packed.arrow");
}

TEST_CASE("half-precision floats are read as numbers") {
  const Rows rows = read_rows(HONE_SOURCE_DIR "/tests/fixtures/table/types.arrow");
  CHECK(rows.value(0, "half") == Value(0.5));
  CHECK(rows.value(4, "half") == Value(3.0));
}

}  // namespace cell_test
