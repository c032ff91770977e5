#include "text/unigram_lattice.h"

#include <doctest/doctest.h>

#include <map>

namespace hone::text::unigram_lattice_test {

const std::vector<ScoredToken> kTokens = {{"<UNK>", 0},          {"a", std::log(0.3)},  {"b", std::log(0.2)},
                                          {"ab", std::log(0.1)}, {"c", std::log(0.15)}, {"bc", std::log(0.25)}};

TEST_CASE("marginals and best ways, worked by hand") {
  // abc divides into a+b+c (.009), ab+c (.015) and a+bc (.075).
  const UnigramCandidates candidates(kTokens);
  UnigramLattice lattice(candidates);
  lattice.set_word("abc");
  std::map<int32_t, double> marginals;
  lattice.each_marginal([&](int32_t id, double probability) { marginals[id] += probability; });
  CHECK(marginals[1] == doctest::Approx(84.0 / 99));
  CHECK(marginals[2] == doctest::Approx(9.0 / 99));
  CHECK(marginals[3] == doctest::Approx(15.0 / 99));
  CHECK(marginals[4] == doctest::Approx(24.0 / 99));
  CHECK(marginals[5] == doctest::Approx(75.0 / 99));
  const std::span<const int32_t> best = lattice.best();
  CHECK(std::vector<int32_t>(best.begin(), best.end()) == std::vector<int32_t>{1, 5});
  const UnigramLattice::Two two = lattice.best_two();
  CHECK(two.first == std::vector<int32_t>{1, 5});
  CHECK(two.second == std::vector<int32_t>{3, 4});
}

TEST_CASE("a word with one division has no second one") {
  const UnigramCandidates candidates(kTokens);
  UnigramLattice lattice(candidates);
  lattice.set_word("ca");
  CHECK(lattice.best_two().first == std::vector<int32_t>{4, 1});
  CHECK(lattice.best_two().second.empty());
  lattice.set_word("");
  CHECK(lattice.best().empty());
}

TEST_CASE("a character without a token is unknown, and costs 10 more than the least likely token") {
  const UnigramCandidates candidates(kTokens);
  CHECK(candidates.score(0) == doctest::Approx(std::log(0.1) - 10));
  UnigramLattice lattice(candidates);
  lattice.set_word(
      "a\xE4\xB8\xAD"
      "c");
  const std::span<const int32_t> best = lattice.best();
  CHECK(std::vector<int32_t>(best.begin(), best.end()) == std::vector<int32_t>{1, 0, 4});
}

TEST_CASE("the unknown token's own text is no token") {
  const UnigramCandidates candidates(kTokens);
  UnigramLattice lattice(candidates);
  lattice.set_word("<UNK>");
  CHECK(lattice.best().size() == 5);
}

TEST_CASE("long words do not underflow") {
  const UnigramCandidates candidates(kTokens);
  UnigramLattice lattice(candidates);
  const std::string word(20'000, 'a');
  lattice.set_word(word);
  double total = 0;
  lattice.each_marginal([&](int32_t, double probability) { total += probability; });
  CHECK(total == doctest::Approx(20'000));
}

}  // namespace hone::text::unigram_lattice_test
