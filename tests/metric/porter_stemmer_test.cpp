// Expected: nltk's PorterStemmer (tests/fixtures/make_text_metrics_fixture.py).
#include "metric/porter_stemmer.h"

#include <doctest/doctest.h>

#include "metric/text_metrics_fixture.h"

namespace porter_stemmer_test {

using namespace hone;

TEST_CASE("stems are those of nltk") {
  const Json& stems = text_metrics_fixture()["stems"];
  REQUIRE(stems.size() > 100);
  for (const Json& pair : stems) {
    INFO(pair[0].get<std::string>());
    CHECK(metric::porter_stem(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
}

}  // namespace porter_stemmer_test
