// Expected values come from fastai's functions (tests/fixtures/make_range_test_fixture.py).
#include "train/range_test.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "expect_error.h"
#include "train/json_fixture.h"

namespace range_test_test {

using namespace hone;
using namespace hone::train;

// Adds the losses until the curve ends. Returns how many it took.
size_t add_all(RangeCurve& curve, const Json& rates, const Json& losses) {
  size_t taken = 0;
  while (taken < rates.size()) {
    ++taken;
    if (!curve.add(rates[taken - 1], losses[taken - 1])) break;
  }
  return taken;
}

TEST_CASE("smoothing, end and suggestions are fastai's") {
  size_t num_diverged = 0;
  for (const Json& expected : train_fixture("range_tests.json")) {
    INFO(expected["name"].get<std::string>());
    Json rates = expected["rates"], losses = expected["losses"];
    const bool has_diverged = expected["diverged"];
    num_diverged += has_diverged ? 1 : 0;
    if (has_diverged) {  // the curve must end by itself
      rates.push_back(1.0);
      losses.push_back(1.0);
    }
    RangeTest test{"model", 100, {}, RangeTestEnd::kAllSteps};
    RangeCurve curve;
    CHECK(add_all(curve, rates, losses) == expected["losses"].size());
    test.points = curve.points();
    for (size_t i = 0; i < test.points.size(); ++i) {
      CHECK(test.points[i].smoothed == doctest::Approx(expected["smoothed"][i].get<double>()).epsilon(1e-5));
    }
    const std::optional<RateSuggestion> suggestion = suggest_rate(test);
    REQUIRE(suggestion);
    CHECK(suggestion->steepest == expected["steepest"]);
    CHECK(suggestion->lowest == expected["lowest"]);
    const double steepest = test.points[suggestion->steepest].learning_rate;
    const double tenth = test.points[suggestion->lowest].learning_rate / 10;
    CHECK(suggestion->learning_rate == doctest::Approx(std::min(steepest, tenth)).epsilon(0.06));
  }
  CHECK(num_diverged > 0);
}

// A curve of these smoothed losses, at rates of 1e-6 times powers of two.
RangeTest made_up(const std::vector<double>& smoothed, int64_t planned_steps) {
  RangeTest test{"models/<base>", planned_steps, {}, RangeTestEnd::kAllSteps};
  for (size_t i = 0; i < smoothed.size(); ++i) {
    test.points.push_back({1e-6 * std::exp2(static_cast<double>(i)), smoothed[i], smoothed[i]});
  }
  return test;
}

TEST_CASE("the first tenth of the planned steps and the last five are ignored") {
  // The steepest fall of all is in the first two steps, the lowest loss in the last.
  const RangeTest test = made_up({9, 5, 4, 3.9, 3.5, 3.4, 3.3, 1, 1, 1, 1, 0.1}, 20);
  const std::optional<RateSuggestion> suggestion = suggest_rate(test);
  REQUIRE(suggestion);
  CHECK(suggestion->steepest == 3);
  CHECK(suggestion->lowest == 6);
  CHECK(suggestion->learning_rate == 6.4e-6);  // a tenth of 64e-6 is below 8e-6
}

TEST_CASE("without a fall or with too few steps there is no suggestion, and the text says why") {
  const RangeTest rising = made_up({1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.1}, 20);
  CHECK_FALSE(suggest_rate(rising));
  CHECK(contains(range_test_text(rising), "No suggestion: the loss does not fall in this range."));
  CHECK(range_test_json(rising)["suggestion"].is_null());
  CHECK_FALSE(suggest_rate(made_up({3, 2, 1}, 20)));
  RangeTest empty = made_up({}, 20);
  empty.end = RangeTestEnd::kNonfinite;
  CHECK_FALSE(suggest_rate(empty));
  CHECK(contains(range_test_text(empty), "The loss of the first step is not finite"));
  CHECK(contains(range_test_page(empty), "\"end\":\"nonfinite\""));
}

TEST_CASE("the text has the curve in lines of at most 80 columns, and the option to paste") {
  std::vector<double> losses;
  for (int step = 0; step < 100; ++step) losses.push_back(step < 60 ? 1 - step * 0.01 : 0.4 + (step - 59) * 0.05);
  RangeTest test = made_up(losses, 100);
  for (size_t i = 0; i < losses.size(); ++i) {
    test.points[i].learning_rate = std::pow(10, -7 + 7 * static_cast<double>(i) / 99);
  }
  test.end = RangeTestEnd::kDiverged;
  const std::string text = range_test_text(test);
  CHECK(contains(
      text,
      "Learning rates 1.0e-07 to 1.0e+00: 100 of 100 steps\nStopped: the smoothed loss grew to 4 times its lowest.\n"));
  CHECK(contains(text, "--learning-rate "));
  CHECK(contains(text, "a tenth of "));
  size_t num_stars = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    CHECK(end - begin <= 80);
    num_stars += contains(text.substr(begin, end - begin), "*") ? 1 : 0;
    begin = end + 1;
  }
  CHECK(num_stars == 10);  // a curve over the whole height
}

TEST_CASE("the page has the data but no raw markup, and each step has a line") {
  const RangeTest test = made_up({9, 5, 4, 3.9, 3.5, 3.4, 3.3, 1, 1, 1, 1, 0.1}, 20);
  const std::string page = range_test_page(test);
  CHECK(contains(page, R"("suggestion":6.4e-06)"));
  CHECK(contains(page, "models/\\u003cbase>"));
  CHECK_FALSE(contains(page, "@DATA@"));
  const std::string lines = range_test_lines(test);
  CHECK(contains(lines, R"({"step":1,"learning_rate":1e-06,"loss":9.0,"smoothed_loss":9.0})"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 12);
}

}  // namespace range_test_test
