// Expected: rouge-score 0.1.2 (tests/fixtures/make_text_metrics_fixture.py).
#include "metric/rouge.h"

#include <doctest/doctest.h>

#include "metric/text_metrics_fixture.h"

namespace rouge_test {

using namespace hone;

TEST_CASE("the scores of each pair, with and without stems, are those of rouge-score") {
  const auto pairs = fixture_pairs();
  for (const bool stems : {false, true}) {
    const Json& expected = text_metrics_fixture()[stems ? "rouge_stems" : "rouge"];
    for (size_t i = 0; i < pairs.size(); ++i) {
      INFO(stems, ": ", pairs[i].first);
      const metric::RougeScores scores = metric::rouge_scores(pairs[i].first, pairs[i].second, stems);
      CHECK(std::abs(scores.one - expected[i][0].get<double>()) < 1e-9);
      CHECK(std::abs(scores.two - expected[i][1].get<double>()) < 1e-9);
      CHECK(std::abs(scores.l - expected[i][2].get<double>()) < 1e-9);
      CHECK(std::abs(scores.l_sum - expected[i][3].get<double>()) < 1e-9);
    }
  }
}

TEST_CASE("words are runs of a-z and digits of the lower-case text") {
  CHECK(metric::rouge_words("It's 3.5 Caf\u00e9s, NOW!", false) ==
        std::vector<std::string>{"it", "s", "3", "5", "caf", "s", "now"});
  CHECK(metric::rouge_words("running dogs", true) == std::vector<std::string>{"run", "dog"});
}

}  // namespace rouge_test
