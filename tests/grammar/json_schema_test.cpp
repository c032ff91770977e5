#include "grammar/json_schema.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/philox.h"
#include "expect_error.h"
#include "grammar/automaton.h"

namespace json_schema_test {

using namespace hone;
using namespace hone::grammar;

Automaton of_schema(const std::string& schema) {
  return Automaton(json_schema_grammar(parse_json(schema, "schema.json"), "schema.json"));
}

bool fits(Automaton& automaton, std::string_view text) {
  Automaton::State state = automaton.begin();
  for (const char c : text) {
    state = automaton.next(state, static_cast<uint8_t>(c));
    if (state == Automaton::kDead) return false;
  }
  return automaton.accepts(state);
}

struct Case {
  const char* schema;
  std::vector<const char*> valid, invalid;
};

// By the specification, json-schema.org, draft 2020-12.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {R"({"type": "string"})",
       {R"("")", R"("a\"b")", "\"\\u4e2d\u4e2d\""},
       {"a", "\"a\nb\"", R"("\x")", R"("\ud800")", "1"}},
      {R"({"type": "string", "minLength": 2, "maxLength": 3})",
       {R"("ab")", "\"\u4e2d\u6587\\n\""},
       {R"("a")", R"("abcd")"}},
      {R"({"type": "string", "pattern": "^[a-c]+$"})", {R"("abc")"}, {R"("abd")", R"("")"}},
      {R"({"type": "string", "pattern": "x\\dy"})", {R"("x1y")", R"("ab x1y \" c")"}, {R"("xy")", "\"x\u0661y\""}},
      {R"({"type": "string", "pattern": "^a$|^\"$"})", {R"("a")", R"("\"")"}, {"\"\"\"", R"("ab")"}},
      {R"({"type": "string", "format": "date"})", {R"("2024-12-31")"}, {R"("2024-02-30")", R"("2024-13-01")"}},
      {R"({"type": "integer"})", {"0", "-12", "7"}, {"01", "1.0", "--1", "1e2"}},
      {R"({"type": "integer", "minimum": 1, "exclusiveMaximum": 11})", {"1", "10"}, {"0", "11", "-1"}},
      {R"({"type": "number"})", {"0", "-1.5", "2e+10", "1.25E-3"}, {".5", "1.", "+1", "1e999"}},
      {R"({"type": ["boolean", "null"]})", {"true", "false", "null"}, {"True", "0"}},
      {R"({"enum": ["a", 1, null, {"k": [1, 2]}]})",
       {R"("a")", "1", "null", R"({"k":[1,2]})", R"({ "k": [1, 2]})"},
       {"2"}},
      {R"({"enum": ["a", 1], "type": "string"})", {R"("a")"}, {"1"}},
      {R"({"const": "x y"})", {R"("x y")"}, {R"("xy")"}},
      {R"({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3})",
       {"[1]", "[1, 2,3]", "[ 1 ]"},
       {"[]", "[1,2,3,4]", "[1,]", "[\"a\"]"}},
      {R"({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false})",
       {"[]", "[1]", R"([1,"a"])"},
       {R"(["a"])", R"([1,"a",2])"}},
      {R"({"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "null"}, "minItems": 2})",
       {"[1,null]", "[1,null,null]"},
       {"[1]", "[]", "[null,null]"}},
      {R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "null"}}, "required": ["b"]})",
       {R"({"b":"x"})", R"({"a": 1, "b": "x"})", R"({"a":1,"b":"x","c":null})", R"({"b":"","c":null})"},
       {R"({})", R"({"a":1})", R"({"b":1})", R"({"b":"x",})", R"({,"b":"x"})"}},
      {R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}})",
       {"{}", R"({"b":1})", R"({"a":1})"},
       {R"({"x":1})"}},
      {R"({"type": "object", "properties": {"ab": {"type": "integer"}}, "additionalProperties": {"type": "string"}})",
       {R"({"ab":1,"x":"y"})", R"({"a":"y"})", R"({"abc":"y"})", R"({"":"y","b\n":"z"})"},
       {R"({"ab":"y"})", R"({"x":1})", R"({"\u0061b":"y"})"}},
      {R"({"type": "object"})", {"{}", R"({"a": [1, {"b": null}], "c": "d"})"}, {"[]", R"({"a"})"}},
      {R"({"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"next": {"$ref": "#"}}}]})",
       {"1", "{}", R"({"next":{"next":3}})"},
       {R"({"next":"x"})"}},
      {R"({"$defs": {"node": {"type": "object", "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}, "required": ["value"]}}, "$ref": "#/$defs/node"})",
       {R"({"value":1})", R"({"value":1,"children":[{"value":2,"children":[]}]})"},
       {R"({"children":[]})"}},
      {"true", {"1", "[[]]", R"({"a":{}})"}, {"", "[", "tru"}},
  };
  return all;
}

TEST_CASE("texts fit a schema as the specification says, with white space between parts") {
  for (const Case& each : cases()) {
    CAPTURE(each.schema);
    Automaton automaton = of_schema(each.schema);
    for (const char* text : each.valid) {
      CAPTURE(text);
      CHECK(fits(automaton, text));
    }
    for (const char* text : each.invalid) {
      CAPTURE(text);
      CHECK_FALSE(fits(automaton, text));
    }
  }
}

// Writes random bytes that may follow; towards the end those of a shortest way.
std::string random_text(Automaton& automaton, uint64_t seed) {
  constexpr size_t kLong = 200;
  std::string text;
  Automaton::State state = automaton.begin();
  for (uint64_t step = 0; !automaton.is_complete(state); ++step) {
    if (automaton.accepts(state) && step > kLong) break;
    std::vector<uint8_t> bytes;
    for (int byte = 0; byte < 256; ++byte) {
      const Automaton::State next = automaton.next(state, static_cast<uint8_t>(byte));
      if (next == Automaton::kDead) continue;
      if (step > kLong && automaton.shortest(next) >= automaton.shortest(state)) continue;
      bytes.push_back(static_cast<uint8_t>(byte));
    }
    REQUIRE_FALSE(bytes.empty());
    const uint8_t byte = bytes[static_cast<size_t>(RandomStream{seed}.word(step) % bytes.size())];
    text += static_cast<char>(byte);
    state = automaton.next(state, byte);
  }
  return text;
}

TEST_CASE("whatever is written parses, and the shortest way leads to the end") {
  for (const Case& each : cases()) {
    CAPTURE(each.schema);
    Automaton automaton = of_schema(each.schema);
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const std::string text = random_text(automaton, seed);
      CAPTURE(text);
      CHECK_NOTHROW(parse_json(text, "text"));
    }
  }
}

TEST_CASE("large schemas are translated or refused, without deep recursion") {
  std::string chain = R"({"$ref": "#/$defs/0", "$defs": {)", wide = R"({"type": "object", "properties": {)";
  constexpr int kMany = 3000;
  for (int i = 0; i < kMany; ++i) {
    chain += fmt::format(R"("{}": {{"$ref": "#/$defs/{}"}}, )", i, i + 1);
    wide += fmt::format(R"({}"p{}": {{"type": "null"}})", i == 0 ? "" : ", ", i);
  }
  Automaton chained = of_schema(chain + fmt::format(R"("{}": {{"type": "null"}}}}}})", kMany));
  CHECK(fits(chained, "null"));
  Automaton many = of_schema(wide + "}}");
  CHECK(fits(many, R"({"p7":null,"p2999":null})"));
  CHECK_FALSE(fits(many, R"({"p7":null,"p6":null})"));
  const std::string name(2000, 'x');
  CHECK(contains(expect_error([&] {
                   of_schema(R"({"type": "object", "properties": {")" + name +
                             R"(": {}}, "additionalProperties": true})");
                 }).what(),
                 "more than 1000 bytes"));
}

TEST_CASE("keywords that are not applied, and contradictions, are errors with their place") {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"type": "integer", "multipleOf": 3})", "schema.json: #: hone does not apply \"multipleOf\" here"},
      {R"({"type": "object", "properties": {"a": {"type": "array", "uniqueItems": true}}})",
       "#/properties/a: hone does not apply \"uniqueItems\""},
      {R"({"type": "object", "patternProperties": {}})", "\"patternProperties\""},
      {R"({"not": {}})", "\"not\""},
      {R"({"allOf": [{}, {}]})", "hone does not join the schemas of \"allOf\""},
      {R"({"$ref": "other.json"})", "\"$ref\" is \"other.json\""},
      {R"({"$ref": "#/$defs/x"})", "which does not exist"},
      {R"({"$ref": "#"})", "no finite text fits"},
      {R"({"type": "strin"})", "\"strin\", which is no type of JSON"},
      {R"({"type": "string", "minLength": -1})", "\"minLength\" is -1, not a count"},
      {R"({"type": "string", "minLength": 3, "maxLength": 1})", "\"minLength\" is above \"maxLength\""},
      {R"({"type": "integer", "minimum": 3, "maximum": 1})", "no integer is within the bounds"},
      {R"({"type": "integer", "minimum": 0.5})", "\"minimum\" is 0.5"},
      {R"({"enum": []})", "\"enum\" is not a list of values"},
      {R"({"const": 1, "type": "string"})", "\"const\" is not of the \"type\""},
      {R"({"type": "object", "required": ["x"], "additionalProperties": false})", "\"x\" is required, but no property"},
      {R"({"type": "string", "pattern": "a\\bb"})", "#/pattern"},
      {"false", "no value is valid under false"},
      {"3", "3 is no schema"},
  };
  for (const auto& [schema, message] : wrong) {
    CAPTURE(schema);
    CHECK(contains(expect_error([&] { of_schema(schema); }).what(), message));
  }
}

}  // namespace json_schema_test
