#include "search/session.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "captured_log.h"
#include "expect_error.h"
#include "search/fixture.h"
#include "search/owner.h"
#include "temporary_folder.h"

namespace session_test {

using namespace hone;
using namespace hone::search;

namespace fs = std::filesystem;

struct Options {
  double x = 0;
  std::string kind = "a";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("x", self.x, "x");
    visit("kind", self.kind, "kind");
  }
};

Space space_of(const std::string& text = R"({"x": {"low": 0, "high": 1}, "kind": ["a", "b"]})") {
  Options options;
  return Space::parse(Json::parse(text), options::fields_of(options), "search: space");
}

SessionOptions session_options(int64_t num_trials = 10, const std::string& sampler = "tpe",
                               const std::string& pruner = "none") {
  return {"s", Direction::kMinimize, sampler, pruner, 7, num_trials, {{"model", "m"}}};
}

double objective(const AskedTrial& trial) {
  const double x = trial.parameters.at("x").value;
  return (x - 0.3) * (x - 0.3) + trial.parameters.at("kind").value;
}

TEST_CASE("trials are asked, reported and completed up to the number of the study") {
  const TemporaryFolder folder;
  const Space space = space_of();
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options(30));
  int64_t count = 0;
  while (const auto trial = session.ask()) {
    CHECK(trial->number == count++);
    CHECK_FALSE(trial->is_resumed);
    CHECK_FALSE(session.report(trial->id, 1, objective(*trial)));
    session.complete(trial->id, objective(*trial));
  }
  CHECK(count == 30);
  REQUIRE(best_trial(session.study()) != nullptr);
  CHECK(best_trial(session.study())->value < 0.01);

  SUBCASE("a second session continues the study") {
    Journal again(folder.path() / "study.log");
    Session more(again, space, session_options(31));
    const auto trial = more.ask();
    REQUIRE(trial);
    CHECK(trial->number == 30);
    CHECK_FALSE(more.ask());
  }
  SUBCASE("the same study and seed propose the same values") {
    const TemporaryFolder other;
    Journal fresh(other.path() / "study.log");
    Session same(fresh, space, session_options(12));
    for (const Trial& before : session.study().trials) {
      const auto trial = same.ask();
      if (!trial) break;
      CHECK(trial->parameters.at("x").value == before.parameters.at("x").value);
      same.complete(trial->id, objective(*trial));
    }
  }
}

TEST_CASE("a study of another direction, space or training is refused") {
  const TemporaryFolder folder;
  const Space space = space_of(), other = space_of(R"({"x": {"low": 0, "high": 2}, "kind": ["a", "b"]})");
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options());
  session.complete(session.ask()->id, 0.5);
  const auto refused = [&](const Space& now, const SessionOptions& options) {
    const Error error = expect_error([&] { const Session second(journal, now, options); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.hint(), "--output-dir"));
    return std::string(error.what());
  };
  SessionOptions options = session_options();
  options.direction = Direction::kMaximize;
  CHECK(contains(refused(space, options), "the study \"s\" minimizes, this search maximizes"));
  CHECK(contains(refused(other, session_options()), "is of another space: x was"));
  options = session_options();
  options.training["model"] = "n";
  CHECK(contains(refused(space, options), "trainings with other options: model was \"m\", is \"n\""));
  options.training = {{"model", "m"}, {"seed", 1}};
  CHECK(contains(refused(space, options), "seed is new"));
  options.training = Json::object();
  CHECK(contains(refused(space, options), "model was \"m\", is missing"));
}

TEST_CASE("a study whose trials all failed takes other options, so that a mistake can be corrected") {
  const TemporaryFolder folder;
  const Space space = space_of(), other = space_of(R"({"x": {"low": 0, "high": 2}})");
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options(1));
  session.fail(session.ask()->id, "no such file");
  SessionOptions options = session_options(1);
  options.training["model"] = "n";
  Session second(journal, other, options);
  const auto trial = second.ask();  // failed trials do not count
  REQUIRE(trial);
  CHECK(trial->number == 1);
  CHECK(trial->parameters.size() == 1);
  second.complete(trial->id, 0.5);
  CHECK(contains(expect_error([&] { const Session third(journal, space, session_options(1)); }).what(),
                 "is of another space"));
}

TEST_CASE("a study that Optuna began continues if its trials are in the space") {
  const TemporaryFolder folder;
  const LineMaker lines("optuna");
  Journal journal(folder.path() / "study.log");
  journal.update([&](const Replay&) -> std::vector<std::string> {
    return {lines.create_study("s", Direction::kMinimize),
            lines.create_trial(0, {{"x", {Distribution::number(0, 0.5), 0.2}}}, Json::object()),
            lines.finish_trial(0, TrialState::kComplete, 0.5)};
  });
  const Space space = space_of(), other = space_of(R"({"kind": ["a", "b"]})");
  CHECK(contains(expect_error([&] { const Session session(journal, other, session_options()); }).what(),
                 "is of another space: its trial 0 has x from"));
  Session session(journal, space, session_options());
  CHECK(session.ask()->number == 1);
}

TEST_CASE("a study with two objectives is not supported") {
  const TemporaryFolder folder;
  Journal journal(folder.path() / "study.log");
  journal.update([&](const Replay&) -> std::vector<std::string> {
    return {R"({"op_code":0,"worker_id":"w","study_name":"s","directions":[1,2]})"};
  });
  const Space space = space_of();
  const Error error = expect_error([&] { const Session session(journal, space, session_options()); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "has 2 objectives"));
}

TEST_CASE("the trial of a killed worker is resumed, that of a living one is not") {
  const TemporaryFolder folder;
  const Space space = space_of();
  const fs::path path = folder.path() / "study.log";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Journal journal(path);
    Session session(journal, space, session_options());
    _exit(session.ask() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(status == 0);
  Journal journal(path);
  Session session(journal, space, session_options());
  const auto resumed = session.ask(), next = session.ask();
  REQUIRE(resumed);
  CHECK(resumed->number == 0);
  CHECK(resumed->is_resumed);
  CHECK(resumed->parameters.size() == 2);
  REQUIRE(next);
  CHECK(next->number == 1);
  CHECK_FALSE(next->is_resumed);
}

TEST_CASE("a trial that ends three processes has failed") {
  const TemporaryFolder folder;
  const Space space = space_of();
  const fs::path path = folder.path() / "study.log";
  for (int process = 0; process < 3; ++process) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Journal journal(path);
      Session session(journal, space, session_options());
      const auto trial = session.ask();
      _exit(trial && trial->number == 0 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(status == 0);
  }
  Journal journal(path);
  Session session(journal, space, session_options());
  const auto next = session.ask();
  REQUIRE(next);
  CHECK(next->number == 1);
  CHECK(session.study().trials[0].state == TrialState::kFail);
  CHECK(session.study().trials[0].user_attributes["hone:error"] == "its process ended 3 times");
}

TEST_CASE("points of a grid that all failed are tried again at the next start, once") {
  const TemporaryFolder folder;
  const Space space = space_of(R"({"x": [1, 2]})");
  const fs::path path = folder.path() / "study.log";
  for (int start = 1; start <= 2; ++start) {
    Journal journal(path);
    Session session(journal, space, session_options(100, "grid"));
    int num_asked = 0;
    while (const auto trial = session.ask()) {
      session.fail(trial->id, "a wrong path");
      ++num_asked;
    }
    CHECK(num_asked == 2);
  }
}

TEST_CASE("a second study of hone in a folder is refused, because their trials have the same folders") {
  const TemporaryFolder folder;
  const Space space = space_of();
  Journal journal(folder.path() / "study.log");
  const Session first(journal, space, session_options());
  SessionOptions other = session_options();
  other.study_name = "another";
  const Error error = expect_error([&] { const Session second(journal, space, other); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "has hone's study \"s\" already"));
  CHECK(contains(error.hint(), "--output-dir"));
}

TEST_CASE("owners of other hosts are never taken for dead") {
  Json owner = this_owner();
  CHECK_FALSE(has_ended(owner));
  owner["started"] = "1";
  CHECK(has_ended(owner));
  owner["boot"] = "another";
  CHECK(has_ended(owner));
  owner["host"] = "elsewhere";
  CHECK_FALSE(has_ended(owner));
  CHECK_FALSE(has_ended(Json()));
  CHECK_FALSE(has_ended(Json{{"host", 5}}));
}

TEST_CASE("a grid is tried once") {
  const TemporaryFolder folder;
  const Space space = space_of(R"({"x": [1, 2, 3], "kind": ["a", "b"]})");
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options(100, "grid"));
  std::set<std::string> points;
  while (const auto trial = session.ask()) points.insert(space.described(trial->parameters));
  CHECK(points.size() == 6);
  CHECK(session.study().trials.size() == 6);
}

TEST_CASE("a bad trial is pruned at its report, failed ones keep their reason") {
  const TemporaryFolder folder;
  const Space space = space_of();
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options(20, "random", "median"));
  for (int i = 0; i < 6; ++i) {
    const auto trial = session.ask();
    session.report(trial->id, 1, i);
    session.complete(trial->id, i);
  }
  const auto trial = session.ask();
  CHECK(session.report(trial->id, 1, 99));
  session.prune(trial->id);
  CHECK(session.study().trials.back().state == TrialState::kPruned);
  CHECK(session.study().trials.back().value == 99);
  session.fail(session.ask()->id, "no rows");
  CHECK(session.study().trials.back().state == TrialState::kFail);
  CHECK(session.study().trials.back().user_attributes["hone:error"] == "no rows");
}

TEST_CASE("a waiting trial of Optuna's enqueue_trial() comes first, with its values") {
  const TemporaryFolder folder;
  const Space space = space_of();
  Journal journal(folder.path() / "study.log");
  Session session(journal, space, session_options(1));
  journal.update([&](const Replay&) -> std::vector<std::string> {
    return {R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null,"state":4,"value":null,"values":null,)"
            R"("distributions":{},"params":{},"user_attrs":{},"system_attrs":{"fixed_params":{"x":0.125,"kind":"b"}},)"
            R"("intermediate_values":{}})"};
  });
  const auto trial = session.ask();
  REQUIRE(trial);
  CHECK(trial->parameters.at("x").value == 0.125);
  CHECK(trial->parameters.at("kind").value == 1);
  CHECK(session.study().trials[0].state == TrialState::kRunning);
  CHECK(session.study().trials[0].parameters.size() == 2);
  CHECK_FALSE(session.ask());
}

}  // namespace session_test
