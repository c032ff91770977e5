#include "search/operations.h"

#include <nlohmann/json.hpp>

#include <set>

#include "search/fixture.h"

namespace operations_test {

using namespace hone;
using namespace hone::search;

// What Optuna writes for these operations (tests/fixtures/search/optuna.journal shows it), apart from worker and time.
TEST_CASE("lines are compact and have Optuna's keys in Optuna's order") {
  const LineMaker lines("w");
  CHECK(lines.worker() == "w");
  CHECK(lines.create_study("s", Direction::kMinimize) ==
        R"({"op_code":0,"worker_id":"w","study_name":"s","directions":[1]})");
  CHECK(lines.set_study_attribute(0, true, "k", "v") ==
        R"({"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"k":"v"}})");
  CHECK(lines.set_study_attribute(0, false, "k", 1) ==
        R"({"op_code":3,"worker_id":"w","study_id":0,"system_attr":{"k":1}})");
  CHECK(lines.set_intermediate(4, 2, 0.5) ==
        R"({"op_code":7,"worker_id":"w","trial_id":4,"step":2,"intermediate_value":0.5})");
  CHECK(lines.set_intermediate(4, 2, std::nan("")) ==
        R"({"op_code":7,"worker_id":"w","trial_id":4,"step":2,"intermediate_value":NaN})");
  CHECK(lines.set_trial_attribute(4, true, "k", "\xFF") ==
        R"({"op_code":8,"worker_id":"w","trial_id":4,"user_attr":{"k":"\ufffd"}})");
  const Json parameter = Json::parse(lines.set_parameter(3, "x", {Distribution::integer(1, 4), 2}));
  CHECK(parameter["op_code"] == 5);
  CHECK(parameter["param_value_internal"] == 2.0);
  CHECK(Json::parse(parameter["distribution"].get<std::string>())["name"] == "IntDistribution");
  const Json started = Json::parse(lines.start_trial(3));
  CHECK(started["state"] == 0);
  CHECK(started["values"].is_null());
  const Json ended = Json::parse(lines.finish_trial(3, TrialState::kComplete, 0.25));
  CHECK(ended["values"] == Json({0.25}));
  CHECK(ended["state"] == 1);
  CHECK(Json::parse(lines.finish_trial(3, TrialState::kFail, std::nullopt))["values"].is_null());
  const Json made = Json::parse(lines.create_trial(0, {{"x", {Distribution::number(0, 1), 0.5}}}, {{"a", 1}}));
  CHECK(made["params"].dump() == R"({"x":0.5})");
  CHECK(made["system_attrs"].dump() == R"({"a":1})");
}

TEST_CASE("times are in UTC with microseconds; names of workers differ") {
  const std::string now = utc_now();
  CHECK(now.size() == 32);
  CHECK(now.substr(now.size() - 6) == "+00:00");
  CHECK(now[19] == '.');
  CHECK(new_worker_name() != new_worker_name());
}

}  // namespace operations_test
