#include "serve/scores.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <tuple>

#include "expect_error.h"
#include "http/response.h"

using namespace hone;

namespace {

const std::vector<std::string> kLabels = {"NEGATIVE", "NEUTRAL", "POSITIVE"};

}  // namespace

TEST_CASE("logits become scores by the requested function") {
  const std::vector<float> logits = {0, std::log(2.0f), std::log(5.0f), 1, 1, 1};
  const auto softmax = serve::checked_scores("softmax", logits, 3);
  const std::vector<float> expected = {0.125f, 0.25f, 0.625f, 1 / 3.0f, 1 / 3.0f, 1 / 3.0f};
  REQUIRE(softmax.size() == 6);
  for (size_t i = 0; i < 6; ++i) CHECK(softmax[i] == doctest::Approx(expected[i]));
  CHECK(serve::checked_scores("none", logits, 3) == logits);
  CHECK(expect_error([] { serve::checked_scores("max", {1}, 1); }).kind() == ErrorKind::kUsage);
}

TEST_CASE("labels are sorted by decreasing score, equal ones by id, and limited to top_k") {
  const std::vector<float> scores = {0.1f, 0.7f, 0.2f, 0.4f, 0.2f, 0.4f};
  CHECK(serve::scores_json(scores, kLabels, {}).dump() ==
        R"([[{"label":"NEUTRAL","score":0.7},{"label":"POSITIVE","score":0.2},{"label":"NEGATIVE","score":0.1}],)"
        R"([{"label":"NEGATIVE","score":0.4},{"label":"POSITIVE","score":0.4},{"label":"NEUTRAL","score":0.2}]])");
  CHECK(serve::scores_json(scores, kLabels, 1).dump() ==
        R"([[{"label":"NEUTRAL","score":0.7}],[{"label":"NEGATIVE","score":0.4}]])");
  CHECK(serve::scores_json(scores, kLabels, 99)[0].size() == 3);
}

TEST_CASE("a score of 1 is written as 1.0, as by HF") {
  CHECK(serve::scores_json({1.0f}, {"LABEL_0"}, {}).dump() == R"([[{"label":"LABEL_0","score":1.0}]])");
}

TEST_CASE("a score that is not finite is an error that names its input") {
  const float nan = std::nanf(""), infinite = std::numeric_limits<float>::infinity();
  CHECK(serve::checked_scores("none", {0.5f, 0.5f, 0, 1}, 2).size() == 4);
  const std::tuple<std::vector<float>, size_t, const char*> wrong[] = {{{0, 1, 0, nan, nan, 0}, 1, "inputs[1]"},
                                                                       {{-infinite, 1}, 1, "inputs[0]"},
                                                                       {{0, 1, 0, 1, 0, infinite}, 1, "inputs[2]"},
                                                                       {{0, 1, 0, 1, 0, infinite}, 3, "inputs[0]"}};
  for (const auto& [logits, rows_per_input, input] : wrong) {
    CAPTURE(input);
    try {
      serve::checked_scores("softmax", logits, 2, rows_per_input);
      FAIL("was taken");
    } catch (const http::RequestError& error) {
      CHECK(error.details().status == 500);
      CHECK(error.details().field == input);
      CHECK(error.details().message == fmt::format("the model gave {} a score that is not a number", input));
      CHECK(error.details().hint == "the model's weights may be damaged (NaN or infinity)");
    }
  }
}
