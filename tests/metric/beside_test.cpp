#include "metric/beside.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace beside_test {

using namespace hone;

metric::Report report(double accuracy) {
  return {.loss = 1 - accuracy,
          .values = {{"accuracy", accuracy}, {"f1", 0.5}},
          .headline = {"accuracy", "f1"},
          .num_rows = 12};
}

// `both` rows that are right in both, then rows that are right in the first only, in the second only, and in neither.
std::pair<std::vector<bool>, std::vector<bool>> rows(size_t both, size_t first, size_t second, size_t neither) {
  std::vector<bool> a(both + first, true), b(both, true);
  a.resize(both + first + second + neither);
  b.resize(both + first);
  b.resize(both + first + second, true);
  b.resize(a.size());
  return {a, b};
}

TEST_CASE("rows are counted by which model has them right; p is that of McNemar's exact test") {
  // statsmodels.stats.contingency_tables.mcnemar([[5, 1], [9, 3]], exact=True): p = 2 * (1 + 10) / 2^10
  const auto [first, second] = rows(5, 1, 9, 3);
  const metric::BesideRows counts(first, second);
  CHECK(counts.both == 5);
  CHECK(counts.first_only == 1);
  CHECK(counts.second_only == 9);
  CHECK(counts.neither == 3);
  CHECK(counts.mcnemar_p == doctest::Approx(22.0 / 1024));
  const auto [same, too] = rows(4, 0, 0, 2);
  CHECK(metric::BesideRows(same, too).mcnemar_p == 1);
}

TEST_CASE("both models stand in one table, and in one object") {
  const auto [first, second] = rows(5, 1, 9, 3);
  const metric::Report a = report(0.5), b = report(0.75);
  const metric::BesideModel prompted{"models/a-language-model", a, first}, tuned{"out", b, second};
  CHECK(metric::beside_text(prompted, tuned) ==
        "            models/a-language-model  out\n"
        "loss        0.5000                   0.2500\n"
        "accuracy    0.5000                   0.7500\n"
        "f1          0.5000                   0.5000\n"
        "\n"
        "rows that are right in both 5, only in models/a-language-model 1, only in out 9, in neither 3\n"
        "McNemar's exact test: p 0.0215\n");
  const Json json = metric::beside_json(prompted, tuned);
  CHECK(json["model"] == "out");
  CHECK(json["accuracy"] == 0.75);
  CHECK(json["first_only_right"] == 1);
  CHECK(json["second_only_right"] == 9);
  CHECK(json["mcnemar_p"].get<double>() == doctest::Approx(22.0 / 1024));
  const auto [few, more] = rows(5, 1, 2, 3);
  CHECK(contains(metric::beside_text({"a", a, few}, {"b", b, more}), "p 1, so chance may explain the difference"));
}

}  // namespace beside_test
