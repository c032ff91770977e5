#include "model/layer_types.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace layer_types_test {

using namespace hone;

std::vector<bool> slides(const char* json) {
  return model::sliding_layers({parse_json(json, "config.json"), "config.json"}, 3, [](int64_t i) { return i == 1; });
}

TEST_CASE("layer_types says which layers have a window; without it the family's rule does") {
  CHECK(slides("{}") == std::vector<bool>{false, true, false});
  CHECK(slides(R"({"layer_types": null})") == std::vector<bool>{false, true, false});
  CHECK(slides(R"({"layer_types": ["sliding_attention", "full_attention", "full_attention"]})") ==
        std::vector<bool>{true, false, false});
}

TEST_CASE("a malformed list is an error") {
  const auto what = [](const char* json) { return std::string(expect_error([&] { slides(json); }).what()); };
  CHECK(contains(what(R"({"layer_types": ["full_attention"]})"), "\"layer_types\" is not a list of 3 types"));
  CHECK(contains(what(R"({"layer_types": 3})"), "is not a list of 3 types"));
  CHECK(contains(what(R"({"layer_types": ["full_attention", 1, "full_attention"]})"),
                 "\"layer_types\" has 1, not \"sliding_attention\" or \"full_attention\""));
}

}  // namespace layer_types_test
