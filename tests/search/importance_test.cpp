#include "search/importance.h"

#include "search/fixture.h"

namespace importance_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

TEST_CASE("importances are those of Optuna's PED-ANOVA") {
  const Json file = read_json(path_of("importances.json"));
  const Json& cases = file["result"];
  REQUIRE(cases.size() == 10);
  for (const Json& one : cases) {
    const Study study = study_of(one["trials"], file["distributions"], one["direction"]);
    INFO(study.trials.size(), " trials");
    const auto raw = divergences(study);
    REQUIRE(raw.size() == one["raw"].size());
    for (const auto& [name, value] : raw) {
      INFO(name);
      CHECK(value == doctest::Approx(one["raw"][name].get<double>()).epsilon(1e-7));
    }
    double before = 2;
    for (const auto& [name, value] : importances(study)) {
      CHECK(value == doctest::Approx(one["importances"][name].get<double>()).epsilon(1e-7));
      CHECK(value <= before);
      before = value;
    }
  }
}

TEST_CASE("a study without complete trials has no importances") { CHECK(importances({}).empty()); }

}  // namespace importance_test
