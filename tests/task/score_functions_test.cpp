#include "task/score_functions.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "expect_error.h"

namespace score_functions_test {

using namespace hone;

std::vector<float> applied(std::string_view function, std::vector<float> logits, size_t num_labels) {
  task::apply_score_function(task::find_score_function(function), logits, num_labels);
  return logits;
}

TEST_CASE("scores are the softmax, the sigmoid or the logits themselves") {
  const std::vector<float> logits = {0, std::log(2.0f), std::log(5.0f), 1, 1, 1};
  const std::vector<float> softmax = applied("softmax", logits, 3);
  const std::vector<float> expected = {0.125f, 0.25f, 0.625f, 1 / 3.0f, 1 / 3.0f, 1 / 3.0f};
  REQUIRE(softmax.size() == 6);
  for (size_t i = 0; i < 6; ++i) CHECK(softmax[i] == doctest::Approx(expected[i]));
  const std::vector<float> sigmoid = applied("sigmoid", logits, 3);
  CHECK(sigmoid[0] == doctest::Approx(0.5));
  CHECK(sigmoid[1] == doctest::Approx(2.0 / 3));
  CHECK(sigmoid[2] == doctest::Approx(5.0 / 6));
  CHECK(applied("none", logits, 3) == logits);
  CHECK(applied("softmax", {1000, 0}, 2) == std::vector<float>{1, 0});  // no overflow
  const Error error = expect_error([] { task::find_score_function("sofmax"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.hint(), "did you mean \"softmax\"?"));
}

TEST_CASE("the default function is that of transformers' pipeline: problem_type first, then the number of labels") {
  CHECK(task::default_score_function("", 2) == "softmax");
  CHECK(task::default_score_function("single_label_classification", 3) == "softmax");
  CHECK(task::default_score_function("multi_label_classification", 2) == "sigmoid");
  CHECK(task::default_score_function("", 1) == "sigmoid");
  CHECK(task::default_score_function("regression", 1) == "none");
  CHECK(task::default_score_function("regression", 3) == "none");
}

TEST_CASE("the error names the first row with a value that is not finite") {
  const float nan = std::nanf(""), infinite = std::numeric_limits<float>::infinity();
  CHECK_FALSE(task::first_nonfinite_row(std::vector<float>{0.5f, 0.5f, 0, 1}, 2));
  CHECK_FALSE(task::first_nonfinite_row({}, 2));
  CHECK(task::first_nonfinite_row(std::vector<float>{0, 1, 0, nan, nan, 0}, 2) == 1);
  CHECK(task::first_nonfinite_row(std::vector<float>{-infinite, 1}, 2) == 0);
  CHECK(task::first_nonfinite_row(std::vector<float>{0, 1, 2, 0, 1, infinite}, 3) == 1);
  const Error error = task::nonfinite_error("reviews.csv:17");
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "the model gave reviews.csv:17 a score that is not a number");
  CHECK(error.hint() == "the model's weights may be damaged (NaN or infinity)");
}

}  // namespace score_functions_test
