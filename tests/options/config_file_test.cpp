#include "options/config_file.h"

#include <doctest/doctest.h>

#include <chrono>

#include "expect_error.h"
#include "temporary_folder.h"

namespace config_file_test {

using namespace hone;
using namespace hone::options;

std::string yaml_error(const std::string& text) {
  const Error error = expect_error([&] { parse_yaml_config(text, "f.yaml"); });
  CHECK(error.kind() == ErrorKind::kInput);
  return error.what();
}

std::string json_error(const std::string& text) {
  const Error error = expect_error([&] { parse_json_config(text, "f.json"); });
  CHECK(error.kind() == ErrorKind::kInput);
  return error.what();
}

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST_CASE("YAML entries have their line numbers, and scalars keep their spelling") {
  const auto entries =
      parse_yaml_config("# a comment\nlr: 2e-5\n\nname: 'x: y'\nfiles:\n  - a\n  - 1.50\nempty:\n", "f");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].key == "lr");
  CHECK(entries[0].line == 2);
  CHECK(entries[0].value == Json("2e-5"));
  CHECK(entries[1].value == Json("x: y"));
  CHECK(entries[2].line == 5);
  CHECK(entries[2].value.dump() == R"(["a","1.50"])");
  CHECK(entries[3].value.is_null());
}

TEST_CASE("plain YAML numbers and booleans keep their type in nested values, quoted ones are text") {
  const auto entries = parse_yaml_config("o: {a: 0.1, b: '0.1', c: true, d: ~, e: [7]}", "f");
  CHECK(entries.at(0).value.dump() == R"({"a":0.1,"b":"0.1","c":true,"d":null,"e":[7]})");
}

TEST_CASE("an empty YAML file has no entries") {
  CHECK(parse_yaml_config("", "f").empty());
  CHECK(parse_yaml_config("# nothing\n", "f").empty());
  CHECK(parse_yaml_config("---\n", "f").empty());
}

TEST_CASE("a byte order mark and CRLF are accepted") {
  const auto entries = parse_yaml_config("\xEF\xBB\xBFseed: 1\r\nname: a\r\n", "f");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].key == "seed");
  CHECK(entries[1].value == Json("a"));
}

TEST_CASE("YAML syntax errors name file and line") {
  CHECK(yaml_error("a: 1\na: 2") == "f.yaml:2: \"a\" is given twice");
  CHECK(yaml_error("o:\n  b: 1\n  b: 2") == "f.yaml:3: \"b\" is given twice");
  CHECK(yaml_error("- a\n- b") == "f.yaml:1: not a mapping of option names to values");
  CHECK(yaml_error("just text") == "f.yaml:1: not a mapping of option names to values");
  CHECK(yaml_error("? [a]\n: 1") == "f.yaml:1: a key must be a plain name");
  CHECK(yaml_error("a: 1\n---\nb: 2") == "f.yaml: more than one YAML document");
  CHECK(yaml_error("a: 1\nb: [1, 2\n").starts_with("f.yaml:"));
  CHECK(yaml_error("a: 1\n\tb: 2\n").starts_with("f.yaml:"));
  CHECK(yaml_error(std::string("a: 1\nb: \0", 9)) == "f.yaml:2: a zero byte: the file is not UTF-8 text");
  CHECK(yaml_error("\xFF\xFE"
                   "a") == "f.yaml:1: the file is not UTF-8 text");
}

TEST_CASE("a quote that is never closed is an error, and an escaped one does not close") {
  CHECK(yaml_error("a: 1\nb: \"open\nc: 2\n") == "f.yaml:2: the quote is never closed");
  CHECK(yaml_error("b: 'it''s\n") == "f.yaml:1: the quote is never closed");
  CHECK(yaml_error("b: [\"x\\\"]\n").starts_with("f.yaml:"));
  CHECK(parse_yaml_config("b: 'it''s'  # \"\nc: \"\\\"\"", "f").at(0).value == Json("it's"));
}

TEST_CASE("anchors, aliases and tags are refused") {
  CHECK(yaml_error("a: &x 1\nb: *x") == "f.yaml:1: an anchor (&name) is not allowed in a config file");
  CHECK(yaml_error("a: &x [1]") == "f.yaml:1: an anchor (&name) is not allowed in a config file");
  CHECK(contains(yaml_error("a: *x"), "f.yaml:1: "));
  CHECK(contains(yaml_error("a: 1\nb: !!python/object x"), "f.yaml:2: the tag "));
}

TEST_CASE("deep nesting is an error, not a stack overflow") {
  CHECK(yaml_error("a: " + repeated("[", 100000)).starts_with("f.yaml:1: "));
  CHECK(yaml_error("a: " + repeated("[", 100000) + repeated("]", 100000)) == "f.yaml:1: nested deeper than 8");
  CHECK(yaml_error("a: " + repeated("{a: ", 50000)) == "f.yaml:1: nested deeper than 8");
  CHECK(yaml_error("a:\n  " + repeated("- ", 50000)) == "f.yaml:2: nested deeper than 8");
  CHECK(contains(json_error("{\"a\": " + repeated("[", 100000)), "nested deeper than 128"));
}

TEST_CASE("a mapping has at most 1000 keys") {
  std::string text;
  for (int i = 0; i < 1001; ++i) text += "k" + std::to_string(i) + ": 1\n";
  CHECK(yaml_error(text) == "f.yaml:1001: more than 1000 keys in one mapping");
}

TEST_CASE("JSON entries have the line numbers of their keys") {
  const auto entries =
      parse_json_config("{\n  \"a\": \"x\\\"{y\",\n  \"b\": {\"a\": [1]},\n\n \"c\\u0064\" : null}", "f");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].value == Json("x\"{y"));
  CHECK(entries[1].line == 3);
  CHECK(entries[1].value.dump() == R"({"a":[1]})");
  CHECK(entries[2].key == "cd");
  CHECK(entries[2].line == 5);
}

TEST_CASE("JSON syntax errors name file and line") {
  CHECK(json_error("{\n\"a\": 1,\n\"\\u0061\": 2}") == "f.json:3: \"a\" is given twice");
  CHECK(json_error("[1]") == "f.json:1: not a JSON object of option names and values");
  CHECK(json_error("{\n\"a\": }").starts_with("f.json:2:"));
}

TEST_CASE("the file extension decides the format of a config file, and its size is limited") {
  const TemporaryFolder folder;
  const Error name = expect_error([&] { read_config(folder.write("a.toml", "")); });
  CHECK(name.kind() == ErrorKind::kUsage);
  CHECK(contains(name.what(), "is neither .yaml, .yml nor .json"));
  CHECK(read_config(folder.write("a.yml", "a: 1")).size() == 1);
  CHECK(read_config(folder.write("a.json", "{\"a\": 1}")).size() == 1);
  const Error size = expect_error([&] { read_config(folder.write("a.yaml", repeated("#", 300 << 10))); });
  CHECK(contains(size.what(), "is too large for a config file"));
  const Error missing = expect_error([&] { read_config(folder.path() / "no.yaml"); });
  CHECK(missing.kind() == ErrorKind::kIo);
}

TEST_CASE("a truncated or damaged config file either fails or returns entries, and is read quickly") {
  const std::string yaml = "# run\nlr: 2e-5\nfiles: [a, 'b', \"c\\n\"]\no: {a: 1}\ntext: |\n  two\n  lines\n? k\n: v\n";
  const std::string json = "{\"lr\": 2e-5, \"files\": [\"a\", null], \"o\": {\"a\": true}}";
  const auto start = std::chrono::steady_clock::now();
  const auto survives = [](auto parse, const std::string& text) {
    try {
      parse(text, "f");
    } catch (const Error&) {
    }
  };
  for (size_t i = 0; i < yaml.size(); ++i) {
    survives(parse_yaml_config, yaml.substr(0, i));
    for (const char c : {'\0', '\xFF', '{', '"', ':', '\n', '&'}) {
      survives(parse_yaml_config, std::string(yaml).replace(i, 1, 1, c));
      if (i < json.size()) survives(parse_json_config, std::string(json).replace(i, 1, 1, c));
    }
  }
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 5);
}

}  // namespace config_file_test
