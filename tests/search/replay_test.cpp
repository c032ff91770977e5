#include "search/replay.h"

#include "expect_error.h"
#include "search/fixture.h"
#include "search/operations.h"

namespace replay_test {

using namespace hone;
using namespace hone::search;

const LineMaker kLines("test");

// Applies the lines to a new study "s".
Replay replayed(const std::vector<std::string>& lines) {
  Replay replay;
  replay.apply(kLines.create_study("s", Direction::kMaximize), "j:1");
  for (const std::string& line : lines) replay.apply(line, "j:2");
  return replay;
}

std::string message(const std::string& line) {
  return expect_error([&] { replayed({line}); }).what();
}

TEST_CASE("the lines of a trial from its start to its end") {
  const Parameters parameters = {{"rate", {Distribution::number(0, 1), 0.5}},
                                 {"optim", {Distribution::categorical({"a", "b"}), 1}}};
  const Replay replay =
      replayed({kLines.create_trial(0, parameters, {{"k", 1}}), kLines.set_intermediate(0, 1, 0.25),
                kLines.set_intermediate(0, 2, std::nan("")), kLines.set_trial_attribute(0, true, "note", "x"),
                kLines.finish_trial(0, TrialState::kComplete, 0.75), kLines.set_intermediate(0, 3, 9)});
  const Trial& trial = replay.find("s")->trials.at(0);
  CHECK(trial.state == TrialState::kComplete);
  CHECK(trial.value == 0.75);
  CHECK(trial.parameters.at("optim").distribution.external(trial.parameters.at("optim").value) == "b");
  CHECK(trial.intermediate.size() == 2);  // nothing changes a finished trial
  CHECK(std::isnan(trial.intermediate.at(2)));
  CHECK(trial.user_attributes["note"] == "x");
  CHECK(trial.system_attributes["k"] == 1);
  CHECK(trial.started.size() == 32);
  CHECK(trial.completed >= trial.started);
}

TEST_CASE("unknown studies and trials, and choices that changed, are ignored as in Optuna") {
  const Parameter choice = {Distribution::categorical({"a", "b"}), 1}, other = {Distribution::categorical({"a"}), 0};
  const Replay replay = replayed({kLines.create_trial(5, {}, Json::object()), kLines.set_intermediate(3, 1, 0.5),
                                  kLines.create_study("s", Direction::kMinimize),
                                  kLines.create_trial(0, {}, Json::object()), kLines.set_parameter(0, "x", choice),
                                  kLines.create_trial(0, {}, Json::object()), kLines.set_parameter(1, "x", other)});
  CHECK(replay.num_studies() == 1);
  CHECK(replay.num_trials() == 2);
  CHECK(replay.find("s")->maximizes());
  CHECK(replay.find("s")->trials[1].parameters.empty());
}

TEST_CASE("a waiting trial is started once; a deleted study is gone") {
  Replay replay = replayed(
      {R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null,"state":4})", kLines.start_trial(0)});
  CHECK(replay.find("s")->trials[0].state == TrialState::kRunning);
  CHECK_FALSE(replay.find("s")->trials[0].started.empty());
  replay.apply(R"({"op_code":1,"worker_id":"w","study_id":0})", "j:9");
  CHECK(replay.find("s") == nullptr);
  CHECK(replay.names().empty());
  replay.apply(R"({"op_code":10,"worker_id":"w"})", "j:9");  // of Optuna's Rust version
}

TEST_CASE("lines that are no operation each have their own error") {
  CHECK(message("{") == "j:2: not JSON");
  CHECK(message("[]") == "j:2: not an operation of a journal");
  CHECK(message(R"({"worker_id":"w"})") == "j:2: the operation has no \"op_code\"");
  CHECK(message(R"({"op_code":"4"})") == "j:2: \"op_code\" is no integer: \"4\"");
  CHECK(message(R"({"op_code":11})") == "j:2: unknown operation 11");
  CHECK(message(R"({"op_code":0,"study_name":3,"directions":[1]})") == "j:2: \"study_name\" is no text: 3");
  CHECK(message(R"({"op_code":0,"study_name":"a","directions":[]})") == "j:2: a study without directions");
  CHECK(message(R"({"op_code":0,"study_name":"a","directions":[7]})") == "j:2: unknown direction 7");
  CHECK(message(R"({"op_code":4,"study_id":0,"state":9})") == "j:2: unknown trial state 9");
  CHECK(message(R"({"op_code":4,"study_id":0,"state":1,"values":null})") == "j:2: a complete trial has no value");
  CHECK(message(R"({"op_code":4,"study_id":0,"user_attrs":[]})") == "j:2: \"user_attrs\" is no object");
  CHECK(message(R"({"op_code":4,"study_id":0,"intermediate_values":{"x":1}})") == "j:2: a step is no integer");
  CHECK(message(R"({"op_code":4,"study_id":0,"distributions":{"x":1},"params":{}})") ==
        "j:2: the distribution of \"x\" is no text");
  const std::string trial = kLines.create_trial(0, {}, Json::object());
  const auto after_trial = [&](const std::string& line) {
    return std::string(expect_error([&] { replayed({trial, line}); }).what());
  };
  CHECK(after_trial(R"({"op_code":7,"trial_id":0,"step":1,"intermediate_value":"x"})") ==
        "j:2: \"intermediate_value\" is no number");
  Parameter wrong = {Distribution::categorical({"a"}), 3};
  CHECK(after_trial(kLines.set_parameter(0, "x", wrong)) == "j:2: \"x\" has no choice number 3");
}

TEST_CASE("the error for an unknown operation is about versions") {
  const Error error = expect_error([] { replayed({R"({"op_code":11})"}); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.hint(), "newer"));
}

}  // namespace replay_test
