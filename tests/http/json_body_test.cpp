#include "http/json_body.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace json_body_test {

using namespace hone;
using namespace hone::http;

ErrorDetails refusal(const std::string& body) {
  try {
    json_body(body);
  } catch (const RequestError& error) {
    return error.details();
  }
  FAIL("the body was taken");
  return {};
}

TEST_CASE("a body is one JSON object") {
  CHECK(json_body(R"({"inputs": "a"})")["inputs"] == "a");
  CHECK(refusal("").message == "the body is empty");
  CHECK(refusal("[1]").message == "the body is a list, not an object");
  CHECK(refusal("\"a\"").message == "the body is a text, not an object");
  CHECK(refusal("null").message == "the body is null, not an object");
  CHECK(refusal("7").message == "the body is a number, not an object");
  CHECK(refusal("true").message == "the body is a boolean, not an object");
  CHECK(contains(refusal("7").hint, "inputs"));
  CHECK(refusal("7").status == 400);
}

TEST_CASE("a syntax error in the body is reported with line and column") {
  CHECK(contains(refusal("{\n\"a\": 1,\n}").message, "body:3:1: "));
  CHECK(contains(refusal("{\"a\": \"\xff\"}").message, "body:1:"));
  CHECK(contains(refusal("{\"a\": \"\\ud800\"}").message, "body:1:"));
  CHECK(contains(refusal("{\"a\": 1} x").message, "body:1:10: "));
  CHECK(contains(refusal("{\"a\": 1e999}").message, "body:1:"));
}

TEST_CASE("a body nested 100,000 deep is refused without recursion") {
  const std::string deep = R"({"inputs":)" + std::string(100000, '[');
  CHECK(contains(refusal(deep).message, "nested deeper than 128"));
}

TEST_CASE("the error for an unknown field names it and the nearest known one") {
  const BodyJson object = {{"inputs", 1}, {"paramters", 2}};
  try {
    check_members(object, "", {"inputs", "parameters"});
    FAIL("it was taken");
  } catch (const RequestError& error) {
    CHECK(error.details().field == "paramters");
    CHECK(contains(error.what(), "unknown field \"paramters\""));
    CHECK(contains(error.hint(), "did you mean \"parameters\"?"));
  }
  try {
    check_members({{"k", 1}}, "parameters", {"top_k"});
    FAIL("it was taken");
  } catch (const RequestError& error) {
    CHECK(error.details().field == "parameters.k");
  }
  check_members(object, "", {"inputs", "paramters"});
}

TEST_CASE("an object of many keys is checked in linear time, and a long name is shortened in the error") {
  std::string body = "{";
  for (int i = 0; i < 60000; ++i) body += fmt::format("\"{}k\":{},", i, i);  // quadratic time would be minutes
  body += "\"" + std::string(100000, 'x') + "\":1}";
  const BodyJson object = json_body(body);
  CHECK(object.size() == 60001);
  try {
    check_members({{std::string(100000, 'x'), 1}}, "", {"inputs"});
    FAIL("it was taken");
  } catch (const RequestError& error) {
    CHECK(std::string(error.what()).size() < 200);
    CHECK(error.details().field.size() < 100);
  }
}

TEST_CASE("an error about a field names it") {
  const RequestError error = wrong_field("parameters.top_k", "must be 1 or more, not -1", "leave it out for all");
  CHECK(std::string(error.what()) == "parameters.top_k must be 1 or more, not -1");
  CHECK(error.details().field == "parameters.top_k");
  CHECK(error.details().status == 400);
  CHECK(error.hint() == "leave it out for all");
}

TEST_CASE("fields are read by name and kind, null counts as absent, and errors name the field") {
  const BodyJson body =
      json_body(R"({"flag": true, "text": "a", "count": 3, "none": null, "big": 18446744073709551615})");
  const Fields fields(body, "parameters", {"flag", "text", "count", "none", "big"});
  CHECK(fields.flag("flag") == true);
  CHECK(fields.text("text") == "a");
  CHECK(fields.count("count") == 3);
  CHECK(fields.contains("none"));
  CHECK(fields.find("none") == nullptr);
  CHECK_FALSE(fields.flag("none"));
  CHECK_FALSE(fields.count("missing"));
  CHECK(fields.of("count") == "parameters.count");
  const auto refused = [&](const auto& read) {
    return std::string(expect_error([&] { static_cast<void>(read()); }).what());
  };
  CHECK(refused([&] { return fields.flag("text"); }) == "parameters.text must be true or false");
  CHECK(refused([&] { return fields.text("flag"); }) == "parameters.flag must be a string");
  CHECK(refused([&] { return fields.count("count", 4); }) == "parameters.count must be a whole number >= 4");
  CHECK(refused([&] { return fields.count("big"); }) == "parameters.big must be a whole number >= 1");
  CHECK(refused([&] { return fields.needed("none").size(); }) == "parameters.none is missing");
  CHECK(contains(refused([&] { return Fields(body, "", {"flag"}).contains("flag"); }), "unknown field"));
}

}  // namespace json_body_test
