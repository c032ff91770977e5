// Expected factors come from transformers.get_scheduler (tests/fixtures/make_train_fixtures.py).
#include "train/schedule.h"

#include <doctest/doctest.h>

#include <set>
#include <span>
#include <string>

#include "expect_error.h"
#include "train/json_fixture.h"

using namespace hone;
using namespace hone::train;

TEST_CASE("every schedule has the factors of transformers") {
  std::set<std::string> seen;
  for (const Json& expected : train_fixture("schedules.json")) {
    const std::string name = expected["name"];
    const Schedule& schedule = find_schedule(name);
    ScheduleLength length = {expected["warmup_steps"], expected["total_steps"], expected["peak"]};
    length.settings = read_schedule_settings(name, expected["settings"].dump(), schedule.keys);
    CHECK_NOTHROW(check_schedule_settings(schedule, length.settings));
    for (const Json& point : expected["factors"]) {
      INFO(name << ", warm-up " << length.warmup_steps << " of " << length.total_steps << ", step " << point[0]);
      const double factor = schedule.factor(point[0], length);
      if (point[1].is_null()) {
        CHECK(std::isfinite(factor));
      } else {
        CHECK(std::abs(factor - point[1].get<double>()) <= 1e-12);
      }
    }
    seen.insert(name);
  }
  CHECK(seen.size() + 2 == schedules().size());  // and those that follow a metric
}

void check_metric_rates(const char* name, const char* fixture) {
  const Schedule& schedule = find_schedule(name);
  REQUIRE(schedule.follows_metric());
  CHECK(schedule.factor(7, {0, 10, 1}) == 1);
  for (const Json& expected : train_fixture(fixture)) {
    INFO(expected["settings"].dump());
    const ScheduleSettings settings = read_schedule_settings(name, expected["settings"].dump(), schedule.keys);
    const auto values = expected["values"].get<std::vector<double>>();
    const double peak = expected["peak"];
    for (size_t count = 0; count <= values.size(); ++count) {
      CAPTURE(count);
      const double rate =
          peak * schedule.metric_factor(std::span(values).first(count), expected["greater_is_better"], settings, peak);
      CHECK(rate == doctest::Approx(count == 0 ? peak : expected["rates"][count - 1].get<double>()).epsilon(1e-9));
    }
  }
}

TEST_CASE("a plateau lowers the rate as torch's ReduceLROnPlateau") {
  check_metric_rates("reduce_lr_on_plateau", "plateaus.json");
}

TEST_CASE("the greedy schedule has the rates of transformers' GreedyLR") {
  check_metric_rates("greedy", "greedy.json");
  CHECK(find_schedule("greedy").metric_factor(std::vector{0.5}, false, {}, 0) == 1);  // a peak of 0
}

TEST_CASE("settings are read from pairs or JSON, and unknown, malformed and missing ones are errors") {
  const auto read = [](const char* schedule, const char* text) {
    return read_schedule_settings(schedule, text, find_schedule(schedule).keys);
  };
  CHECK(read("cosine", "").numbers.empty());
  CHECK(read("cosine", "num_cycles=2").number("num_cycles") == 2);
  CHECK(read("polynomial", "{\"power\": 2, \"lr_end\": 1e-6}").number("lr_end") == 1e-6);
  CHECK(read("warmup_stable_decay", "decay_type=1-sqrt,num_decay_steps=7").word("decay_type", "") == "1-sqrt");
  const auto failure = [&](const char* schedule, const char* text) {
    const Error error = expect_error([&] { read(schedule, text); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what()) + "; " + error.hint();
  };
  CHECK(contains(failure("cosine", "num_cycle=2"), "did you mean \"num_cycles\"?"));
  CHECK(contains(failure("linear", "num_cycles=2"), "the schedule linear has no settings, but num_cycles is given"));
  CHECK(contains(failure("cosine", "num_cycles"), "is not KEY=VALUE"));
  CHECK(contains(failure("cosine", "{\"num_cycles\": 2"), "is not a JSON object"));
  CHECK(contains(failure("cosine", "num_cycles=many"), "num_cycles is \"many\"; give a number of at least 0"));
  CHECK(contains(failure("cosine_with_min_lr", "min_lr_rate=2"), "give a number from 0 to 1"));
  CHECK(read("greedy", "{\"smooth\": true}").word("smooth", "") == "true");
  CHECK(contains(failure("greedy", "factor=1"), "give a number from 0.01 to 0.9999"));
  CHECK(contains(failure("warmup_stable_decay", "decay_type=steep"), "give one of linear, cosine, 1-sqrt"));
  const auto unfit = [&](const char* schedule, const char* text) {
    return std::string(
        expect_error([&] { check_schedule_settings(find_schedule(schedule), read(schedule, text)); }).what());
  };
  CHECK(contains(unfit("cosine_with_min_lr", ""), "needs min_lr or min_lr_rate"));
  CHECK(contains(unfit("cosine_with_min_lr", "min_lr=1e-6,min_lr_rate=0.1"), "are both given"));
}

TEST_CASE("a polynomial schedule with a learning rate of 0 stays at 0") {
  const Schedule& polynomial = find_schedule("polynomial");
  for (const int64_t step : {0, 5, 10, 11}) CHECK(polynomial.factor(step, {0, 10, 0.0}) == 0);
}

TEST_CASE("each schedule has a doc line, and only constant and those that follow a metric have no warm-up") {
  for (const Schedule& schedule : schedules()) {
    INFO(std::string(schedule.name));
    CHECK_FALSE(schedule.doc.empty());
    CHECK(&find_schedule(schedule.name) == &schedule);
    CHECK(schedule.has_warmup == (schedule.name != "constant" && !schedule.follows_metric()));
  }
}

TEST_CASE("the error for an unknown schedule suggests the nearest one") {
  const Error error = expect_error([] { find_schedule("cosin"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == std::string("unknown lr_scheduler_type \"cosin\""));
  CHECK(contains(error.hint(), "did you mean \"cosine\"?"));
}
