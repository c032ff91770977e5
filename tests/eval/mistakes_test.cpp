#include "eval/mistakes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace hone;
using namespace hone::eval;

TEST_CASE("a mistake's score is the softmax of its true label and its loss the cross-entropy") {
  const float logits[] = {2.0f, 0.0f, -1.0f};
  const double sum = std::exp(2.0) + 1 + std::exp(-1.0);
  const Mistake mistake = make_mistake(7, logits, 1, 0);
  CHECK(mistake.row == 7);
  CHECK(mistake.label == 1);
  CHECK(mistake.predicted == 0);
  CHECK(mistake.score == doctest::Approx(1 / sum).epsilon(1e-12));
  CHECK(mistake.loss == doctest::Approx(std::log(sum)).epsilon(1e-12));
  const float large[] = {1000.0f, 0.0f};
  CHECK(make_mistake(0, large, 1, 0).loss == doctest::Approx(1000));
  CHECK(make_mistake(0, large, 1, 0).score == 0);
}

TEST_CASE("the worst mistakes are kept for every input order; equal ones are ordered by row") {
  std::vector<Mistake> mistakes;
  for (uint64_t row = 0; row < 200; ++row) mistakes.push_back({row, 0, 1, 0, static_cast<double>(row % 50)});
  std::mt19937 generator(3);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(mistakes.begin(), mistakes.end(), generator);
    WorstMistakes worst(6);
    for (const Mistake& mistake : mistakes) worst.add(mistake);
    std::vector<uint64_t> rows;
    for (const Mistake& mistake : worst.sorted()) rows.push_back(mistake.row);
    CHECK(rows == std::vector<uint64_t>{49, 99, 149, 199, 48, 98});
  }
}

TEST_CASE("no mistakes are kept if none are requested") {
  WorstMistakes worst(2), none(0);
  for (const double loss : {3.0, 5.0, 4.0}) {
    worst.add({static_cast<uint64_t>(loss), 0, 1, 0, loss});
    none.add({1, 0, 1, 0, loss});
  }
  REQUIRE(worst.sorted().size() == 2);
  CHECK(worst.sorted()[0].loss == 5);
  CHECK(worst.sorted()[1].loss == 4);
  CHECK(worst.keeps_any());
  CHECK_FALSE(none.keeps_any());
  CHECK(none.sorted().empty());
}
