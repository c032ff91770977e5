#include "model/rope_config.h"

#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace rope_config_test {

using namespace hone;

constexpr model::ConfigKey kTheta{"rope_theta", model::ConfigKind::kNumber, "1000.0", 1, 1e15};

std::shared_ptr<const nn::RotaryPositions> positions_of(const char* json, std::string_view layer_type = "") {
  return model::rotary_positions({parse_json(json, "config.json"), "config.json"}, {layer_type, kTheta}, 8, 100);
}

bool has_theta(const std::shared_ptr<const nn::RotaryPositions>& positions, double theta) {
  return at::equal(positions->angles(20).sines.narrow(0, 0, 20), tensor::rotary_angles(20, 8, theta).sines);
}

TEST_CASE("the base of the angles comes from rope_parameters, else from the older key, else from HF's default") {
  CHECK(has_theta(positions_of("{}"), 1000));
  CHECK(has_theta(positions_of(R"({"rope_theta": 7})"), 7));
  CHECK(has_theta(positions_of(R"({"rope_parameters": null, "rope_theta": 7, "rope_scaling": null})"), 7));
  CHECK(has_theta(positions_of(R"({"rope_parameters": {"rope_type": "default"}, "rope_theta": 7})"), 7));
  CHECK(has_theta(positions_of(R"({"rope_parameters": {"rope_theta": 9.5}, "rope_theta": 7})"), 9.5));
  const char* by_type = R"({"rope_parameters": {"a": {"rope_theta": 3}, "b": null}})";
  CHECK(has_theta(positions_of(by_type, "a"), 3));
  CHECK(has_theta(positions_of(by_type, "b"), 1000));
  CHECK(has_theta(positions_of(by_type, "c"), 1000));
}

TEST_CASE("scaled angles are unsupported, and wrong values are errors that name their place") {
  const auto error = [](const char* json, std::string_view layer_type = "") {
    return expect_error([&] { positions_of(json, layer_type); });
  };
  const Error scaled = error(R"({"rope_parameters": {"a": {"rope_type": "yarn"}}})", "a");
  CHECK(scaled.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(scaled.what()) == "config.json: \"rope_parameters.a.rope_type\" is \"yarn\"");
  CHECK(contains(error(R"({"rope_scaling": {"type": "linear", "factor": 2}})").what(), "\"rope_scaling.type\""));
  CHECK(contains(error(R"({"rope_parameters": 3})").what(), "\"rope_parameters\" is not an object"));
  CHECK(contains(error(R"({"rope_parameters": {"rope_theta": "x"}})").what(),
                 "config.json: rope_parameters: \"rope_theta\" is \"x\", not a number"));
  CHECK(contains(error(R"({"rope_theta": 0})").what(), "\"rope_theta\" is 0, outside 1"));
  CHECK(contains(
      expect_error([] { model::rotary_positions({Json::object(), "config.json"}, {"", kTheta}, 5, 100); }).what(),
      "heads of width 5 have no pairs"));
  const Error wide =
      expect_error([] { model::rotary_positions({Json::object(), "config.json"}, {"", kTheta}, 258, 100); });
  CHECK(wide.kind() == ErrorKind::kUnsupported);
  CHECK(contains(wide.what(), "heads of width 258"));
}

}  // namespace rope_config_test
