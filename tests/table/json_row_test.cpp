// JSON values as cells, tested through jsonl files.
#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace json_row_test {

using namespace hone;
using namespace hone::table;

Rows rows_of(const TemporaryFolder& folder, std::string_view text) { return read_rows(folder.write("a.jsonl", text)); }

Error error_of(std::string_view text) {
  const TemporaryFolder folder;
  return expect_error([&] { rows_of(folder, text); });
}

TEST_CASE("values of every JSON type are kept") {
  const TemporaryFolder folder;
  const Rows rows =
      rows_of(folder, R"({"i": -5, "f": 0.1, "b": true, "s": "\u6b63\n", "n": null, "l": [1, {"x": "y"}]})");
  CHECK(rows.value(0, "i") == Value(int64_t{-5}));
  CHECK(rows.value(0, "f") == Value(0.1));
  CHECK(rows.value(0, "b") == Value(true));
  CHECK(rows.text(0, "s") == "\xE6\xAD\xA3\n");
  CHECK(rows.column("n").type() == ColumnType::kNull);
  CHECK(rows.column("l").type() == ColumnType::kNested);
  CHECK(rows.json(0, "l") == "[1,{\"x\":\"y\"}]");
  CHECK(rows.json(0, "s") == "\"\xE6\xAD\xA3\\n\"");
  CHECK(rows.json(0, "b") == "true");
}

TEST_CASE("floats keep all their digits, and so do integers of at least 2^63") {
  const TemporaryFolder folder;
  CHECK(rows_of(folder, "{\"f\": 0.30000000000000004}").value(0, "f") == Value(0.30000000000000004));
  CHECK(rows_of(folder, "{\"f\": 18446744073709551615}").value(0, "f") == Value(uint64_t{18446744073709551615U}));
}

TEST_CASE("a type that differs from earlier rows is an error with the line and both types") {
  const Error error = error_of("{\"label\": 1}\n{\"label\": null}\n{\"label\": \"one\"}\n");
  CHECK(contains(error.what(), "a.jsonl:3: \"label\" is of type string here, but int in the rows before"));
  CHECK(contains(error_of("{\"x\": true}\n{\"x\": 1}\n").what(), "is of type int here, but bool in the rows before"));
}

TEST_CASE("a row that is not an object is an error, and so is a repeated key") {
  CHECK(contains(error_of("{\"a\": 1}\n[1]\n").what(), "a.jsonl:2: a row should be an object, but this one is a list"));
  CHECK(contains(error_of("3\n").what(), "a.jsonl:1: a row should be an object"));
  CHECK(contains(error_of("{\"a\": 1, \"a\": 2}\n").what(), "a.jsonl:1: the key \"a\" occurs twice in this row"));
}

TEST_CASE("malformed JSON is an error with line and column") {
  CHECK(contains(error_of("{\"a\": 1}\n\n  {\"a\": oops}\n").what(), "a.jsonl:3:9: "));
  CHECK(contains(error_of("{\"a\": 1}\n{\"a\": [1, {\"b\": tru}]}\n").what(), "a.jsonl:2:"));
  CHECK(contains(error_of("{\"a\": 1} {\"a\": 2}\n").what(), "a.jsonl:1:10: "));
  CHECK(contains(error_of("{\"a\": \"open\n").what(), "a.jsonl:1:12: "));
  CHECK(contains(error_of("{\"a\": 123456789012345678901234567890}\n").what(), "a.jsonl:1: "));
}

TEST_CASE("too deep nesting is an error, not a crash") {
  const std::string deep = "{\"a\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(contains(error_of("{\"a\": []}\n" + deep).what(), "a.jsonl:2:134: nested deeper than 128"));
}

}  // namespace json_row_test
