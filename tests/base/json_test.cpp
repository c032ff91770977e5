#include "base/json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("keys keep their order and a byte order mark is skipped") {
  const Json value = parse_json("\xEF\xBB\xBF{\"b\": 1, \"a\": [true, null, \"\\u6b63\"]}", "x.json");
  CHECK(value.dump() == "{\"b\":1,\"a\":[true,null,\"\xE6\xAD\xA3\"]}");
}

TEST_CASE("a syntax error names file, line and column") {
  const Error error = expect_error([] { parse_json("{\n  \"a\": 1,\n  oops\n}", "config.json"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "config.json:3:3: "));
  CHECK(contains(expect_error([] { parse_json("", "e.json"); }).what(), "e.json:1:1: "));
}

TEST_CASE("a document that is nested too deep is refused before parsing") {
  const std::string deep(100'000, '[');
  CHECK(contains(expect_error([&] { parse_json(deep, "deep.json"); }).what(), "nested deeper than 128"));
  CHECK_NOTHROW(parse_json("\"" + deep + "\\\"[\"", "string.json"));
  CHECK_NOTHROW(parse_json(std::string(128, '[') + std::string(128, ']'), "ok.json"));
}

TEST_CASE("a document is formatted as by Python's json with indent 2") {
  const TemporaryFolder folder;
  write_json(folder.path() / "a.json", Json{{"label", "\xE6\xAD\xA3"}, {"ids", {1, 2}}});
  CHECK(read_file(folder.path() / "a.json") ==
        "{\n  \"label\": \"\xE6\xAD\xA3\",\n  \"ids\": [\n    1,\n    2\n  ]\n}\n");
  CHECK(read_json(folder.path() / "a.json")["ids"][1] == 2);
}
