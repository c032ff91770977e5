// json and jsonl files: lists, lines, and the text between rows. read_test.cpp compares them with HF datasets.
#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace json_rows_test {

using namespace hone;
using namespace hone::table;

Error error_of(std::string_view text, const std::string& name = "a.json") {
  const TemporaryFolder folder;
  const auto path = folder.write(name, text);
  return expect_error([&] { read_rows(path); });
}

TEST_CASE("the location of a list's row is the line where it starts") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.json", "[\n{\"a\": 1},\n\n{\"a\":\n 2} , {\"a\": 3}\n]\n"));
  const std::string path = (folder.path() / "a.json").string();
  CHECK(rows.location(0) == path + ":2");
  CHECK(rows.location(1) == path + ":4");
  CHECK(rows.location(2) == path + ":5");
}

TEST_CASE("the location of a jsonl row is its line, counting blank lines") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.jsonl", "\xEF\xBB\xBF{\"a\": 1}\r\n\r\n{\"a\": 2}"));
  CHECK(rows.size() == 2);
  CHECK(rows.location(1) == (folder.path() / "a.jsonl").string() + ":3");
}

TEST_CASE("lines of jsonl may end in CR only") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.jsonl", "{\"a\": \"x\"}\r{\"a\": \"y\"}\r"));
  REQUIRE(rows.size() == 2);
  CHECK(rows.text(1, "a") == "y");
  CHECK(rows.location(1) == (folder.path() / "a.jsonl").string() + ":2");
}

TEST_CASE("NaN and Infinity are read as null, with one note") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& name, const std::string& text, const std::string& place) {
    const auto path = folder.write(name, text);
    const std::string log = captured_log([&] {
      const Rows rows = read_rows(path);
      CHECK(rows.text(0, "text") == "NaN and \"Infinity\"");
      CHECK(rows.column("score").is_null(0));
      CHECK(rows.column("score").is_null(1));
      CHECK(rows.value(1, "label") == Value(int64_t{0}));
    });
    CHECK(log == path.string() + place + ": NaN and Infinity are read as null\n");
  };
  const std::string first = R"({"text": "NaN and \"Infinity\"", "score": NaN, "label": 1})";
  const std::string second = R"({"text": "b", "score": -Infinity, "label": 0})";
  check("a.jsonl", first + "\n" + second + "\n", ":1");
  check("a.json", "[" + first + ",\n" + second + "]", ":1");
  check("b.json", R"({"text": ["NaN and \"Infinity\"", "b"], "score": [NaN, Infinity], "label": [1, 0]})", "");
  CHECK(contains(error_of("{\"a\": NaNa}", "a.jsonl").what(), "a.jsonl:1"));
}

TEST_CASE("a list larger than the first window is streamed") {
  const TemporaryFolder folder;
  std::string text = "[";
  for (int i = 0; i < 3000; ++i) {
    text += (i > 0 ? ",\n{\"a\": \"" : "{\"a\": \"") + std::string(3000, 'x') + "\"}";
  }
  const Rows rows = read_rows(folder.write("a.json", text + "]"));
  CHECK(rows.size() == 3000);
  CHECK(rows.location(2999) == (folder.path() / "a.json").string() + ":3000");
  CHECK(rows.text(2999, "a")->size() == 3000);
}

TEST_CASE("invalid text between rows is an error with line and column") {
  CHECK(
      contains(error_of("[{\"a\": 1}\n{\"a\": 2}]").what(), "a.json:2:1: a comma or the end of the list is expected"));
  CHECK(contains(error_of("[{\"a\": 1},\n{\"a\": 2}").what(), "a.json:2:9: the list is not closed"));
  CHECK(contains(error_of("[{\"a\": 1}]\n x").what(), "a.json:2:2: something follows the end of the list"));
  CHECK(contains(error_of("[{\"a\": 1},]").what(), "a.json:1:11: "));
  CHECK(contains(error_of("[,{\"a\": 1}]").what(), "a.json:1:2: a value is expected"));
  CHECK(contains(error_of("[\n{\"a\": 1, \"b\": \n").what(), "a.json:3:"));
}

TEST_CASE("empty files and lists are errors") {
  CHECK(contains(error_of("").what(), "a.json: the file is empty"));
  CHECK(contains(error_of(" \n\n").what(), "a.json: the file is empty"));
  CHECK(contains(error_of("", "a.jsonl").what(), "a.jsonl: the file is empty"));
  CHECK(contains(error_of("[]").what(), "a.json: there are no rows"));
}

}  // namespace json_rows_test
