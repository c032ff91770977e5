#include "search/distribution.h"

#include "expect_error.h"

namespace distribution_test {

using namespace hone;
using namespace hone::search;

TEST_CASE("distributions are written and read as Optuna's") {
  const std::string number =
      R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}})";
  const Distribution rate = parse_distribution(number, "j:1");
  CHECK(rate == Distribution::number(1e-5, 0.1, true));
  CHECK(Json::parse(distribution_text(rate)) == Json::parse(number));
  const std::string integer =
      R"({"name": "IntDistribution", "attributes": {"log": false, "step": 4, "low": 2, "high": 10}})";
  CHECK(parse_distribution(integer, "j:1") == Distribution::integer(2, 10, false, 4));
  CHECK(Json::parse(distribution_text(Distribution::integer(2, 11, false, 4))) == Json::parse(integer));
  const std::string choice =
      R"({"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 0.5]}})";
  CHECK(Json::parse(distribution_text(parse_distribution(choice, "j:1"))) == Json::parse(choice));
}

TEST_CASE("the classes that Optuna had before version 3") {
  const auto parsed = [](const std::string& name, const std::string& attributes) {
    return parse_distribution("{\"name\": \"" + name + "\", \"attributes\": " + attributes + "}", "j:1");
  };
  CHECK(parsed("UniformDistribution", R"({"low": 0, "high": 1})") == Distribution::number(0, 1));
  CHECK(parsed("LogUniformDistribution", R"({"low": 1, "high": 2})") == Distribution::number(1, 2, true));
  CHECK(parsed("DiscreteUniformDistribution", R"({"low": 0, "high": 1, "q": 0.5})") ==
        Distribution::number(0, 1, false, 0.5));
  CHECK(parsed("IntUniformDistribution", R"({"low": 1, "high": 5, "step": 2})") ==
        Distribution::integer(1, 5, false, 2));
  CHECK(parsed("IntLogUniformDistribution", R"({"low": 1, "high": 8, "step": 1})") ==
        Distribution::integer(1, 8, true));
}

TEST_CASE("a range whose length is no multiple of the step ends earlier") {
  CHECK(Distribution::number(0, 0.22, false, 0.05).high == doctest::Approx(0.2));
  CHECK(Distribution::number(0, 0.2, false, 0.05).high == 0.2);
  CHECK(Distribution::integer(1, 10, false, 4).high == 9);
}

TEST_CASE("single values, compatible ranges and external values") {
  CHECK(Distribution::number(2, 2).is_single());
  CHECK(Distribution::categorical({"one"}).is_single());
  CHECK_FALSE(Distribution::integer(1, 2).is_single());
  CHECK(Distribution::integer(1, 2).is_compatible(Distribution::integer(3, 9)));
  CHECK_FALSE(Distribution::integer(1, 2).is_compatible(Distribution::integer(1, 2, true)));
  CHECK_FALSE(Distribution::categorical({1, 2}).is_compatible(Distribution::categorical({2, 1})));
  CHECK(Distribution::categorical({"a", nullptr}).external(1).is_null());
  CHECK(Distribution::integer(1, 9).external(4).dump() == "4");
  CHECK_FALSE(Distribution::categorical({"a"}).contains(1));
}

TEST_CASE("wrong limits each have their own error") {
  const auto message = [](const Distribution& distribution) {
    const Error error = expect_error([&] { check_distribution(distribution, "x"); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK_FALSE(error.hint().empty());
    return std::string(error.what());
  };
  using Kind = Distribution::Kind;
  CHECK(message({Kind::kFloat, 2, 1, false, std::nullopt, {}}) == "x: low (2) is above high (1)");
  CHECK(message({Kind::kFloat, 0, 1, true, std::nullopt, {}}) == "x: a log range cannot begin at 0");
  CHECK(message({Kind::kInt, 0, 8, true, 1, {}}) == "x: a log range of integers cannot begin at 0");
  CHECK(message({Kind::kFloat, 0, 1, false, 0, {}}) == "x: step 0 is not above 0");
  CHECK(message({Kind::kFloat, 1, 2, true, 0.5, {}}) == "x: log and step exclude each other");
  CHECK(message(Distribution::categorical(Json::array())) == "x: the list of values is empty");
  CHECK(message({Kind::kFloat, 0, 1e308 * 10, false, std::nullopt, {}}) == "x: a limit is not finite");
}

TEST_CASE("texts that are no distribution") {
  const auto message = [](const std::string& text) {
    return std::string(expect_error([&] { parse_distribution(text, "j:7"); }).what());
  };
  CHECK(message("{") == "j:7: not JSON");
  CHECK(message("[]") == "j:7: a distribution without name and attributes");
  CHECK(message(R"({"name": "Normal", "attributes": {}})") == "j:7: unknown distribution \"Normal\"");
  CHECK(message(R"({"name": "FloatDistribution", "attributes": {"low": 1}})") ==
        "j:7: a distribution without the number \"high\"");
  CHECK(message(R"({"name": "CategoricalDistribution", "attributes": {"choices": 3}})") ==
        "j:7: a distribution without choices");
  CHECK(message(R"({"name": "FloatDistribution", "attributes": {"low": 2, "high": 1}})") ==
        "j:7: low (2) is above high (1)");
}

}  // namespace distribution_test
