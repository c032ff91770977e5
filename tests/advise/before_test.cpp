#include "advise/before.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "advise/made_before.h"

namespace before_test {

using namespace hone;
using namespace hone::advise;

TEST_CASE("a run takes the preparation, and steps and an evaluation for each epoch; a kept body is computed once") {
  Measured measured{.prepare_seconds = 2, .epoch_seconds = 100, .evaluation_seconds = 10};
  CHECK(run_seconds(measured, 3) == doctest::Approx(332));
  measured.test_seconds = 7;
  CHECK(run_seconds(measured, 3) == doctest::Approx(339));
  measured.test_seconds = 0;
  measured.keeps_body = true;
  CHECK(run_seconds(measured, 3) == doctest::Approx(112));
  CHECK(run_seconds(measured, 0.5) == doctest::Approx(57));
}

TEST_CASE("shares have one digit, small ones two") {
  CHECK(share_text(0.0956) == "9.6%");
  CHECK(share_text(0.0003) == "0.03%");
  CHECK(share_text(0) == "0%");
  CHECK(share_text(1) == "100.0%");
}

TEST_CASE("the JSON has the percentiles by nearest rank, and of a checkpoint that failed only the error") {
  Before before = made_before();
  before.checkpoints.push_back({.folder = "broken", .error = "no config.json"});
  const Json json = to_json(before);
  CHECK(json["rows"]["length_percentiles"] == Json{{"50", 50}, {"90", 90}, {"95", 95}, {"99", 99}, {"100", 100}});
  CHECK(json["checkpoints"][0]["parameters"] == 110'000'000);
  CHECK(json["checkpoints"][1] == Json{{"folder", "broken"}, {"error", "no config.json"}});
  CHECK(json["measured"][0]["part"] == "all");
}

}  // namespace before_test
