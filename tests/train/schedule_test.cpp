// Expected factors come from transformers.get_scheduler (tests/fixtures/make_train_fixtures.py).
#include "train/schedule.h"

#include <doctest/doctest.h>

#include <set>
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
    const ScheduleLength length = {expected["warmup_steps"], expected["total_steps"], expected["peak"]};
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
  CHECK(seen.size() == schedules().size());
}

TEST_CASE("a polynomial schedule with a learning rate of 0 stays at 0") {
  const Schedule& polynomial = find_schedule("polynomial");
  for (const int64_t step : {0, 5, 10, 11}) CHECK(polynomial.factor(step, {0, 10, 0.0}) == 0);
}

TEST_CASE("each schedule has a doc line, and only constant has no warm-up") {
  for (const Schedule& schedule : schedules()) {
    INFO(std::string(schedule.name));
    CHECK_FALSE(schedule.doc.empty());
    CHECK(&find_schedule(schedule.name) == &schedule);
    CHECK(schedule.has_warmup == (schedule.name != "constant"));
  }
}

TEST_CASE("the error for an unknown schedule suggests the nearest one") {
  const Error error = expect_error([] { find_schedule("cosin"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == std::string("unknown lr_scheduler_type \"cosin\""));
  CHECK(contains(error.hint(), "did you mean \"cosine\"?"));
}
