#include "model/rope_config.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/json.h"
#include "expect_error.h"

namespace rope_config_test {

using namespace hone;

constexpr model::ConfigKey kTheta{"rope_theta", model::ConfigKind::kNumber, "1000.0", 1, 1e15};

std::shared_ptr<const nn::RotaryPositions> positions_of(const char* json, std::string_view layer_type = "") {
  return model::rotary_positions({parse_json(json, "config.json"), "config.json"}, {layer_type, kTheta}, 8, 100);
}

bool has_theta(const std::shared_ptr<const nn::RotaryPositions>& positions, double theta) {
  return at::equal(positions->angles(20).sines.narrow(0, 0, 20),
                   tensor::rotary_angles(20, tensor::rotary_frequencies(8, theta)).sines);
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

// The keys that families read, with their defaults.
model::RopeKeys keys_of(const std::string& family) {
  constexpr model::ConfigKey kOlderTheta{"rope_theta", model::ConfigKind::kNumber, "10000.0", 1, 1e15};
  if (family == "phi3") return {.layer_type = "", .older_theta = kOlderTheta, .renames_to_longrope = true};
  if (family == "llama") return {.layer_type = "", .older_theta = kOlderTheta};
  return {.layer_type = "",
          .older_theta = {"rotary_emb_base", model::ConfigKind::kNumber, "10000.0", 1, 1e15},
          .older_partial = {"rotary_pct", model::ConfigKind::kNumber, "0.25", 0, 1}};
}

// Expected: transformers' ROPE_INIT_FUNCTIONS (tests/fixtures/make_rope_fixture.py).
TEST_CASE("every rope_type has the frequencies and the factor of transformers, for short and long batches") {
  const Json fixture = read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "rope.json");
  const int64_t head_width = fixture["head_width"], max_positions = fixture["max_positions"];
  for (const Json& one : fixture["cases"]) {
    INFO(one["name"].get<std::string>());
    const auto positions =
        model::rotary_positions({one["config"], "config.json"}, keys_of(one["family"]), head_width, max_positions);
    const bool is_dynamic = one["name"] == "dynamic";
    CHECK(positions->max_positions() == (is_dynamic ? 4 * max_positions : max_positions));
    for (const Json& result : one["results"]) {
      const int64_t length = result["length"];
      if (length > positions->max_positions()) continue;
      INFO("length ", length);
      const at::Tensor frequencies = at::tensor(result["frequencies"].get<std::vector<double>>()).to(at::kFloat);
      const tensor::RotaryAngles expected = tensor::rotary_angles(length, frequencies, result["factor"]);
      const tensor::RotaryAngles& found = positions->angles(length);
      REQUIRE(found.cosines.size(1) == frequencies.numel());
      CHECK(at::allclose(found.cosines.narrow(0, 0, length), expected.cosines, 1e-6, 1e-6));
      CHECK(at::allclose(found.sines.narrow(0, 0, length), expected.sines, 1e-6, 1e-6));
    }
  }
}

TEST_CASE("an unknown type is unsupported, and wrong values are errors that name their place") {
  const auto error = [](const char* json, std::string_view layer_type = "") {
    return expect_error([&] { positions_of(json, layer_type); });
  };
  const Error unknown = error(R"({"rope_parameters": {"a": {"rope_type": "axial"}}})", "a");
  CHECK(unknown.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(unknown.what()) == "config.json: \"rope_parameters.a.rope_type\" is \"axial\"");
  CHECK(unknown.hint() == "hone computes the types default, linear, dynamic, yarn, longrope, llama3");
  CHECK(contains(error(R"({"rope_scaling": {"type": 3}})").what(), "\"rope_scaling.type\" is 3"));
  CHECK(contains(error(R"({"rope_scaling": {"type": "linear"}})").what(),
                 "config.json: rope_scaling: \"factor\" is missing"));
  CHECK(contains(error(R"({"rope_scaling": {"type": "linear", "factor": 0}})").what(), "\"factor\" is 0, outside"));
  CHECK(contains(error(R"({"rope_scaling": {"type": "longrope", "short_factor": [1, 2, 3]}})").what(),
                 "\"short_factor\" is not a list of 4 numbers above 0"));
  CHECK(contains(error(R"({"rope_scaling": {"type": "longrope", "short_factor": [1, 2, 3, -1]}})").what(),
                 "\"short_factor\" is not a list of 4 numbers above 0"));
  CHECK(contains(error(R"({"rope_scaling": {"type": "llama3", "factor": 2, "low_freq_factor": 4,
                                            "high_freq_factor": 4}})")
                     .what(),
                 "\"low_freq_factor\" and \"high_freq_factor\" are both 4"));
  CHECK(contains(error(R"({"partial_rotary_factor": 0.25, "rope_scaling": {"type": "dynamic", "factor": 2}})").what(),
                 "only 2 elements of a head turn"));
  CHECK(contains(error(R"({"partial_rotary_factor": 0.01})").what(), "heads of width 8 have no pairs"));
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
