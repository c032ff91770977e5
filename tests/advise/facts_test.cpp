#include "advise/facts.h"

#include <doctest/doctest.h>

namespace facts_test {

using namespace hone::advise;

TEST_CASE("a sentence takes its facts from the first list that has them, and needs all of them") {
  Facts one, other;
  one.set("rate", 3e-5);
  one.set("name", "a");
  other.set("name", "b");
  other.set("steps", 120);
  CHECK(filled("{name}: {rate} in {steps} steps", {&one, &other}) == "a: 3e-05 in 120 steps");
  CHECK(filled("no facts", {&one}) == "no facts");
  CHECK(filled("{name} {unknown}", {&one, &other}) == std::nullopt);
  CHECK(filled("", {&one}) == "");
}

TEST_CASE("facts keep their order, and an unknown one is null") {
  Facts facts;
  facts.set("z", 1);
  facts.set("a", 2);
  CHECK(facts.values().begin().key() == "z");
  CHECK(facts.find("a")->get<int>() == 2);
  CHECK(facts.find("b") == nullptr);
}

}  // namespace facts_test
