// Expected: sacrebleu 2.6 (tests/fixtures/make_text_metrics_fixture.py).
#include "metric/chrf.h"

#include <doctest/doctest.h>

#include "metric/text_metrics_fixture.h"

namespace chrf_test {

using namespace hone;

TEST_CASE("chrF of a corpus and of each pair is sacrebleu's") {
  const auto pairs = fixture_pairs();
  const Json& expected = text_metrics_fixture()["chrf"];
  metric::ChrfCounts corpus;
  for (size_t i = 0; i < pairs.size(); ++i) {
    INFO(pairs[i].first);
    metric::ChrfCounts counts;
    counts.add(pairs[i].first, pairs[i].second);
    corpus.add(counts);
    CHECK(std::abs(counts.score() - expected["pairs"][i].get<double>()) < 1e-9);
  }
  CHECK(std::abs(corpus.score() - expected["corpus"].get<double>()) < 1e-9);
  CHECK(metric::kChrfSignature == expected["signature"].get<std::string>());
}

}  // namespace chrf_test
