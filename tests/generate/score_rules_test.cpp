#include "generate/score_rules.h"

#include <doctest/doctest.h>

#include <limits>

#include "expect_error.h"
#include "generate/scores_fixture.h"

namespace score_rules_test {

using namespace hone;
using namespace hone::generate;

TEST_CASE("each rule, and all together, equal transformers' processors") {
  const Json fixture = scores_fixture();
  const auto stops = fixture["stop_ids"].get<std::vector<int32_t>>();
  CHECK(fixture["rules"].size() > 10);
  for (const Json& wanted : fixture["rules"]) {
    CAPTURE(wanted["settings"].dump());
    const auto ids = wanted["ids"].get<std::vector<int32_t>>();
    std::vector<float> scores = scores_of(wanted["before"]);
    const ScoreRules rules(settings_of(wanted["settings"]), stops, static_cast<int64_t>(scores.size()));
    rules.apply({ids, fixture["num_prompt"].get<size_t>()}, scores);
    const std::vector<float> after = scores_of(wanted["after"]);
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

TEST_CASE("presence counts once and frequency each time, of generated tokens only") {
  SamplingSettings settings;
  settings.presence_penalty = 0.5;
  settings.frequency_penalty = 0.25;
  const std::vector<int32_t> ids{0, 1, 2, 2, 2, 3};
  std::vector<float> scores(5, 1.0F);
  ScoreRules(settings, {}, 5).apply({ids, 2}, scores);
  CHECK(scores == std::vector<float>{1, 1, 1 - 0.5F - 0.75F, 1 - 0.5F - 0.25F, 1});
}

TEST_CASE("without settings nothing is active") {
  CHECK(ScoreRules({}, {}, 5).are_none());
  CHECK(score_rule_names().size() == 10);
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

template <typename Change>
std::string error_of(const Change& change) {
  SamplingSettings settings;
  change(settings);
  const Error error = expect_error([&] { ScoreRules(settings, {}, 10); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error.what();
}

TEST_CASE("a setting outside its range is an error that names it and its value") {
  CHECK(contains(error_of([](auto& s) { s.temperature = 0; }), "temperature is 0, not a finite number above 0"));
  CHECK(contains(error_of([](auto& s) { s.temperature = -1; }), "temperature is -1"));
  CHECK(contains(error_of([](auto& s) { s.temperature = kInfinity; }), "temperature is inf"));
  CHECK(contains(error_of([](auto& s) { s.temperature = kNan; }), "temperature is nan"));
  CHECK(contains(error_of([](auto& s) { s.top_p = 0; }), "top_p is 0, not a finite number above 0 and at most 1"));
  CHECK(contains(error_of([](auto& s) { s.top_p = 1.5; }), "top_p is 1.5"));
  CHECK(contains(error_of([](auto& s) { s.top_k = -1; }), "top_k is -1, not a finite number of at least 0"));
  CHECK(contains(error_of([](auto& s) { s.min_p = 2; }), "min_p is 2"));
  CHECK(contains(error_of([](auto& s) { s.typical_p = 0; }), "typical_p is 0"));
  CHECK(contains(error_of([](auto& s) { s.repetition_penalty = 0; }), "repetition_penalty is 0"));
  CHECK(contains(error_of([](auto& s) { s.presence_penalty = kNan; }), "presence_penalty is nan"));
  CHECK(contains(error_of([](auto& s) { s.bad_words_ids = {{}}; }), "bad_words_ids has an empty sequence"));
  CHECK(contains(error_of([](auto& s) { s.bad_words_ids = {{3, 10}}; }),
                 "bad_words_ids: token 10 is not in the vocabulary of 10 tokens"));
  CHECK(contains(error_of([](auto& s) { s.suppress_tokens = {-1}; }), "suppress_tokens: token -1"));
}

}  // namespace score_rules_test
