#include "search/space.h"

#include "expect_error.h"
#include "search/fixture.h"

namespace space_test {

using namespace hone;
using namespace hone::search;

struct Options {
  double learning_rate = 1e-3, momentum = 0;
  int64_t batch_size = 8;
  std::optional<int64_t> patience;
  std::string optim = "adamw";
  std::vector<std::string> freeze;
  bool standardize = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "rate").at_least(0).alias("lr");
    visit("momentum", self.momentum, "momentum").in_range(0, 1);
    visit("batch_size", self.batch_size, "rows").at_least(1);
    visit("patience", self.patience, "patience").at_least(1);
    visit("optim", self.optim, "optimizer").choices({"adamw", "sgd", "lion"});
    visit("freeze", self.freeze, "frozen");
    visit("standardize", self.standardize, "standardize");
  }
};

Space parsed(const std::string& text) {
  Options options;
  return Space::parse(Json::parse(text), options::fields_of(options), "search: space");
}

std::string message(const std::string& text) {
  const Error error = expect_error([&] { parsed(text); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error.what();
}

TEST_CASE("lists, ranges, log ranges, integers, steps and conditions") {
  const Space space =
      parsed(R"({"lr": {"low": "1e-5", "high": 0.001, "log": true}, "batch_size": {"low": 4, "high": 16},
      "optim": ["adamw", "sgd"], "momentum": {"low": 0, "high": 0.9, "step": 0.3, "when": {"optim": "sgd"}},
      "freeze": [[], "embeddings", ["a", "b"]], "standardize": [true, false],
      "patience": {"values": [null, 3], "when": {"optim": ["sgd", "adamw"]}}})");
  REQUIRE(space.dimensions().size() == 7);
  CHECK(space.dimensions()[0].option == "learning_rate");
  CHECK(space.dimensions()[0].distribution == Distribution::number(1e-5, 1e-3, true));
  CHECK(space.dimensions()[1].distribution == Distribution::integer(4, 16));
  CHECK(space.dimensions()[3].distribution == Distribution::number(0, 0.9, false, 0.3));
  CHECK(space.dimensions()[4].distribution.choices == Json({"", "embeddings", "a,b"}));
  CHECK(space.dimensions()[5].distribution.choices == Json({true, false}));
  CHECK(space.dimensions()[6].distribution.choices == Json({nullptr, 3}));
  Parameters parameters = {{"optim", {space.dimensions()[2].distribution, 0}}};
  CHECK_FALSE(space.is_active(space.dimensions()[3], parameters));
  parameters["optim"].value = 1;
  CHECK(space.is_active(space.dimensions()[3], parameters));
  CHECK(space.json()["momentum"]["when"]["choices"] == Json({1}));
}

TEST_CASE("the values of a trial become options") {
  const Space space = parsed(R"({"learning_rate": {"low": 1e-5, "high": 1e-3}, "optim": ["adamw", "sgd"],
      "momentum": {"low": 0, "high": 1, "when": {"optim": "sgd"}}, "freeze": [[], ["a", "b"]]})");
  Parameters parameters = {{"learning_rate", {space.dimensions()[0].distribution, 2e-4}},
                           {"optim", {space.dimensions()[1].distribution, 0}},
                           {"freeze", {space.dimensions()[3].distribution, 1}}};
  Options options;
  space.apply(parameters, options::fields_of(options));
  CHECK(options.learning_rate == 2e-4);
  CHECK(options.optim == "adamw");
  CHECK(options.freeze == std::vector<std::string>{"a", "b"});
  CHECK(space.described(parameters) == "learning_rate=0.0002 optim=adamw freeze=a,b");
  parameters["optim"].value = 1;
  CHECK(std::string(expect_error([&] { space.apply(parameters, options::fields_of(options)); }).what()) ==
        "the trial has no value of momentum that is in the space");
  parameters["momentum"] = {space.dimensions()[2].distribution, 0.25};
  space.apply(parameters, options::fields_of(options));
  CHECK(options.momentum == 0.25);
}

TEST_CASE("a grid has every combination, without options that do not count") {
  const Space space = parsed(R"({"optim": ["adamw", "sgd"], "momentum": {"low": 0, "high": 0.9, "step": 0.45,
      "when": {"optim": "sgd"}}, "batch_size": {"low": 4, "high": 8, "step": 4}})");
  const std::vector<Parameters> grid = space.grid();
  REQUIRE(grid.size() == 8);
  CHECK(space.described(grid[0]) == "optim=adamw batch_size=4");
  CHECK(space.described(grid[1]) == "optim=adamw batch_size=8");
  CHECK(space.described(grid[7]) == "optim=sgd momentum=0.9 batch_size=8");
  const auto problem = [](const std::string& text) {
    return std::string(expect_error([&] { parsed(text).grid(); }).what());
  };
  CHECK(problem(R"({"momentum": {"low": 0, "high": 1}})") ==
        "search: space: momentum: a grid needs values, not a range");
  CHECK(problem(R"({"batch_size": {"low": 1, "high": 1000000}})") ==
        "search: space: batch_size: the range has 1000000 values");
  CHECK(problem(R"({"batch_size": {"low": 1, "high": 1000}, "patience": {"low": 1, "high": 1000}})") ==
        "search: space: the grid has more than 100000 points");
}

TEST_CASE("mistakes in a space each have their own error") {
  CHECK(message("{}") == "search: space: the space is empty");
  CHECK(message("[]") == "search: space: the space is empty");
  CHECK(message(R"({"learning_rte": [1]})") == "search: space: unknown option \"learning_rte\"");
  CHECK(contains(expect_error([] { parsed(R"({"learning_rte": [1]})"); }).hint(), "learning_rate"));
  CHECK(message(R"({"optim": "sgd"})") == "search: space: optim: \"sgd\" is neither a list of values nor a range");
  CHECK(message(R"({"optim": []})") == "search: space: optim: the list of values is empty");
  CHECK(message(R"({"optim": ["sgd", "sgd"]})") == "search: space: optim: the value \"sgd\" is given twice");
  CHECK(contains(message(R"({"optim": ["sdg"]})"), "search: space: optim: \"sdg\""));
  CHECK(message(R"({"optim": {"low": 1, "high": 2}})") ==
        "search: space: optim: a range needs an option that is a number");
  CHECK(message(R"({"momentum": {"low": 0}})") == "search: space: momentum: the range has no high");
  CHECK(message(R"({"momentum": {"low": 0, "high": 1, "lgo": true}})") ==
        "search: space: momentum: unknown key \"lgo\"");
  CHECK(message(R"({"momentum": {"low": 1, "high": 0}})") == "search: space: momentum: low (1) is above high (0)");
  CHECK(message(R"({"momentum": {"low": 0, "high": 1, "log": true}})") ==
        "search: space: momentum: a log range cannot begin at 0");
  CHECK(message(R"({"momentum": {"low": 0, "high": 1, "log": "yes"}})") ==
        "search: space: momentum: log: \"yes\" is neither true nor false");
  CHECK(message(R"({"momentum": {"low": 0, "high": 1, "step": "x"}})") ==
        "search: space: momentum: step: \"x\" is not a number");
  CHECK(contains(message(R"({"momentum": {"low": 0, "high": 2}})"), "search: space: momentum: high: 2"));
  CHECK(contains(message(R"({"batch_size": {"low": 1.5, "high": 2}})"), "search: space: batch_size: low"));
  CHECK(message(R"({"batch_size": {"low": 1, "high": 8, "step": 1.5}})") ==
        "search: space: batch_size: the step of an integer must be an integer");
  CHECK(message(R"({"batch_size": {"values": 3}})") == "search: space: batch_size: values is not a list");
  CHECK(message(R"({"learning_rate": [1], "lr": [2]})") == "search: space: lr: the option is given twice");
  CHECK(message(R"({"momentum": {"low": 0, "high": 1, "when": {"optim": "sgd"}}})") ==
        "search: space: momentum: when names optim, which is not an earlier list of values of the space");
  CHECK(message(R"({"optim": ["adamw", "sgd"], "momentum": {"low": 0, "high": 1, "when": {"optim": "lion"}}})") ==
        "search: space: momentum: when: \"lion\" is not among the values of optim");
  CHECK(message(R"({"optim": ["adamw"], "momentum": {"low": 0, "high": 1, "when": 3}})") ==
        "search: space: momentum: when is not one option with its values");
}

}  // namespace space_test
