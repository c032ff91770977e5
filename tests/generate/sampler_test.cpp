#include "generate/sampler.h"

#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"
#include "generate/scores_fixture.h"

namespace sampler_test {

using namespace hone;
using namespace hone::generate;

TEST_CASE("each warper, and several together, leave what transformers' warpers leave") {
  const Json fixture = scores_fixture();
  CHECK(fixture["warpers"].size() > 30);
  for (const Json& wanted : fixture["warpers"]) {
    CAPTURE(wanted["settings"].dump());
    const std::vector<float> before = scores_of(wanted["before"]), after = scores_of(wanted["after"]);
    std::vector<float> scores(before.size(), -INFINITY);
    for (const auto& [id, score] :
         warped(settings_of(wanted["settings"]), before, wanted["min_tokens_to_keep"].get<size_t>())) {
      scores[static_cast<size_t>(id)] = score;
    }
    for (size_t i = 0; i < scores.size(); ++i) {
      CAPTURE(i);
      if (std::isinf(after[i])) {
        CHECK(scores[i] == after[i]);
      } else {
        CHECK(scores[i] == doctest::Approx(after[i]).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("draws have the probabilities of the softmax: chi-square over 20,000 draws") {
  const std::vector<float> scores{1.0F, -0.5F, 2.0F, -INFINITY, 0.3F, 1.7F};
  SamplingSettings settings;
  settings.temperature = 0.8;
  const std::vector<Candidate> candidates = warped(settings, scores);
  const std::vector<double> probabilities = probabilities_of(candidates);
  constexpr int kDraws = 20000;
  std::vector<double> counts(candidates.size());
  for (int i = 0; i < kDraws; ++i) {
    const int32_t id =
        draw(candidates, uniform_at({7, static_cast<uint64_t>(i) / 100, static_cast<uint32_t>(i % 100)}));
    const auto found = std::ranges::find(candidates, id, &Candidate::id);
    REQUIRE(found != candidates.end());
    ++counts[static_cast<size_t>(found - candidates.begin())];
  }
  double chi_square = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = kDraws * probabilities[i];
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  CHECK(chi_square < 18.47);  // 4 degrees of freedom, p = 0.001
}

TEST_CASE("a draw depends on seed, row and step, and on nothing else") {
  CHECK(uniform_at({1, 2, 3}) == uniform_at({1, 2, 3}));
  CHECK(uniform_at({1, 2, 3}) != uniform_at({2, 2, 3}));
  CHECK(uniform_at({1, 2, 3}) != uniform_at({1, 3, 3}));
  CHECK(uniform_at({1, 2, 3}) != uniform_at({1, 2, 4}));
  for (uint32_t step = 0; step < 1000; ++step) {
    const double uniform = uniform_at({5, 6, step});
    CHECK((uniform >= 0 && uniform < 1));
  }
}

TEST_CASE("the borders of a draw are the first and the last candidate") {
  const std::vector<Candidate> candidates{{4, 0}, {9, 0}};
  CHECK(draw(candidates, 0) == 4);
  CHECK(draw(candidates, 0.4999) == 4);
  CHECK(draw(candidates, 0.5) == 9);
  CHECK(draw(candidates, std::nextafter(1.0, 0.0)) == 9);
}

TEST_CASE("greedy takes the first of equal scores; NaN and nothing left are errors") {
  CHECK(highest(std::vector<float>{1, 3, 3}) == 1);
  const std::vector<float> nan{1, NAN}, nothing{-INFINITY, -INFINITY};
  CHECK(contains(expect_error([&] { highest(nan); }).what(), "score of token 1 is not a number"));
  CHECK(contains(expect_error([&] { warped({}, nan); }).what(), "score of token 1 is not a number"));
  CHECK(contains(expect_error([&] { highest(nothing); }).what(), "no token may follow"));
  CHECK(contains(expect_error([&] { warped({}, nothing); }).what(), "no token may follow"));
}

}  // namespace sampler_test
