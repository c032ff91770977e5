#include "search/report.h"

#include <cmath>

#include "expect_error.h"
#include "search/fixture.h"

namespace report_test {

using namespace hone;
using namespace hone::search;

struct Options {
  double rate = 0;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rate", self.rate, "rate");
  }
};

Space rate_space() {
  Options options;
  return Space::parse(Json::parse(R"({"rate": {"low": 0.001, "high": 1, "log": true}})"), options::fields_of(options),
                      "search: space");
}

Study study_with(const std::vector<std::pair<TrialState, double>>& trials) {
  Study study;
  study.name = "s";
  study.directions = {Direction::kMaximize};
  for (const auto& [state, value] : trials) {
    Trial trial;
    trial.number = static_cast<int64_t>(study.trials.size());
    trial.state = state;
    if (state == TrialState::kComplete) trial.value = value;
    trial.parameters["rate"] = {Distribution::number(0.001, 1, true), 0.01};
    trial.intermediate[1] = value;
    study.trials.push_back(trial);
  }
  return study;
}

const Study kStudy = study_with({{TrialState::kFail, 0},
                                 {TrialState::kComplete, 0.5},
                                 {TrialState::kPruned, 0.1},
                                 {TrialState::kComplete, 0.9},
                                 {TrialState::kComplete, 0.89}});

// Trial 3 is right in 90 of 100 rows; trial 4 in one row less and in other rows; trial 1 in half of them.
std::optional<TrialResults> results_of(const Trial& trial) {
  TrialResults results;
  for (int row = 0; row < 100; ++row) {
    results.right.push_back(trial.number == 3 ? row < 90 : trial.number == 4 ? row >= 11 : row < 50);
  }
  for (int i = 0; i < 1000; ++i)
    results.resamples.push_back(*trial.value + (trial.number == 4 ? 0.05 * std::sin(i) : 0));
  return results;
}

TEST_CASE("complete trials are ranked, and compared with the best on the same resamples") {
  const Space space = rate_space();
  const SearchReport report = make_report(kStudy, space, "accuracy", results_of);
  std::vector<int64_t> order;
  for (const RankedTrial& ranked : report.ranked) order.push_back(ranked.trial->number);
  CHECK(order == std::vector<int64_t>{3, 4, 1, 2, 0});
  CHECK_FALSE(report.ranked[0].difference);
  CHECK(report.ranked[1].is_tied());
  CHECK(report.ranked[2].difference->interval.high == doctest::Approx(-0.4));
  CHECK_FALSE(report.ranked[2].is_tied());
  CHECK_FALSE(report.ranked[3].difference);
  // 11 rows are right only in trial 3, 10 only in trial 4; 40 rows only in trial 3, none only in trial 1.
  CHECK(*report.ranked[1].mcnemar_p == doctest::Approx(1));
  CHECK(*report.ranked[2].mcnemar_p == doctest::Approx(std::ldexp(1.0, -39)));

  const Json json = report_json(report);
  CHECK(json["direction"] == "maximize");
  CHECK(json["trials"][1]["is_tied"] == true);
  CHECK(json["space"][0]["log"] == true);
  CHECK(json["retrained"].is_null());
  const std::string text = report_text(report, 2);
  CHECK(contains(text, "5 trials: 3 complete, 1 pruned, 1 failed; accuracy, higher is better"));
  CHECK(contains(text, "... and 1 more"));
  CHECK(contains(text, "=: the evaluation rows do not distinguish 1 trial from the best"));
  CHECK(contains(text, "importance  rate 1.00"));
  const std::string page = report_page(report);
  CHECK(contains(page, "\"study\":\"s\""));
  CHECK_FALSE(contains(page, "@DATA@"));
}

TEST_CASE("a study without a complete trial has no ranking") {
  const Space space = rate_space();
  const Study study = study_with({{TrialState::kRunning, 0}});
  const SearchReport report = make_report(study, space, "loss", results_of);
  CHECK(contains(report_text(report), "no trial is complete"));
  CHECK(report_json(report)["trials"][0]["state"] == "running");
  CHECK(state_name(TrialState::kWaiting) == "waiting");
}

TEST_CASE("the results of a trial are read as they were written; other JSON is not") {
  const TrialResults results{{0.5, std::nan(""), 1}, {true, false}};
  const std::optional<TrialResults> read = TrialResults::read(results.json());
  REQUIRE(read);
  CHECK(read->resamples[0] == 0.5);
  CHECK(std::isnan(read->resamples[1]));
  CHECK(read->right == results.right);
  CHECK_FALSE(TrialResults::read(Json::array()));
  CHECK_FALSE(TrialResults::read({{"resamples", {"x"}}, {"right", ""}}));
  CHECK_FALSE(TrialResults::read({{"resamples", 1}, {"right", ""}}));
}

}  // namespace report_test
