#include "metric/worst_rows.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace worst_rows_test {

using namespace hone;
using namespace hone::metric;

struct Row {
  uint64_t row;
  double loss;
};

TEST_CASE("the worst are kept whatever order they come in, equal ones by their row") {
  std::vector<Row> mistakes;
  for (uint64_t row = 0; row < 200; ++row) mistakes.push_back({row, static_cast<double>(row % 50)});
  std::mt19937 generator(3);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(mistakes.begin(), mistakes.end(), generator);
    WorstRows<Row> worst(6);
    for (const Row& mistake : mistakes) worst.add(mistake);
    std::vector<uint64_t> rows;
    for (const Row& mistake : worst.sorted()) rows.push_back(mistake.row);
    CHECK(rows == std::vector<uint64_t>{49, 99, 149, 199, 48, 98});
  }
}

TEST_CASE("none are kept where none are asked for") {
  WorstRows<Row> worst(2), none(0);
  for (const double loss : {3.0, 5.0, 4.0}) {
    worst.add({static_cast<uint64_t>(loss), loss});
    none.add({1, loss});
  }
  REQUIRE(worst.sorted().size() == 2);
  CHECK(worst.sorted()[0].loss == 5);
  CHECK(worst.sorted()[1].loss == 4);
  CHECK(worst.keeps_any());
  CHECK_FALSE(none.keeps_any());
  CHECK(none.sorted().empty());
}

}  // namespace worst_rows_test
