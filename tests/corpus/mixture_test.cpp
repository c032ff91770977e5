#include "corpus/mixture.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "expect_error.h"

namespace mixture_test {

using namespace hone;
using namespace hone::corpus;

TEST_CASE("without weights an epoch has every block of every corpus once") {
  const Mixture mixture({5, 7, 1}, {}, 42, true);
  CHECK(mixture.size() == 13);
  std::vector<std::vector<std::pair<size_t, uint64_t>>> epochs(3);
  for (uint64_t position = 0; position < 39; ++position) {
    const Draw draw = mixture.at(position);
    CHECK(draw.epoch == position / 13);
    epochs[draw.epoch].emplace_back(draw.corpus, draw.block);
  }
  CHECK(epochs[0] != epochs[1]);
  for (const auto& epoch : epochs) {
    const std::set<std::pair<size_t, uint64_t>> blocks(epoch.begin(), epoch.end());
    CHECK(blocks.size() == 13);
    for (const auto& [corpus, block] : blocks) CHECK(block < std::vector<uint64_t>{5, 7, 1}[corpus]);
  }
  CHECK(mixture.epochs(26) == std::vector<double>{2, 2, 2});
}

TEST_CASE("without a shuffle the blocks come in their order") {
  const Mixture mixture({2, 3}, {}, 42, false);
  const std::vector<Draw> expected = {{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}, {1, 0, 2}, {0, 1, 0}};
  for (uint64_t i = 0; i < expected.size(); ++i) CHECK(mixture.at(i) == expected[i]);
}

TEST_CASE("every corpus has its share, and epochs of its own") {
  const std::vector<uint64_t> sizes = {100, 3000, 17};
  const std::vector<double> weights = {1, 2.5, 0.5};
  const Mixture mixture(sizes, weights, 7, true);
  std::vector<uint64_t> counts(3, 0);
  std::vector<std::set<uint64_t>> seen(3);
  for (uint64_t position = 0; position < 3 * Mixture::kPeriod; ++position) {
    const Draw draw = mixture.at(position);
    // The n-th block of a corpus belongs to its epoch n / size, and no block comes twice in an epoch.
    CHECK(draw.epoch == counts[draw.corpus] / sizes[draw.corpus]);
    if (counts[draw.corpus] % sizes[draw.corpus] == 0) seen[draw.corpus].clear();
    CHECK(seen[draw.corpus].insert(draw.block).second);
    CHECK(draw.block < sizes[draw.corpus]);
    ++counts[draw.corpus];
    for (size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(static_cast<double>(counts[i]) - weights[i] / 4 * static_cast<double>(position + 1)) <= 1.001);
    }
  }
  // 3 x 16384 positions, a quarter, five eighths and an eighth of them.
  CHECK(counts == std::vector<uint64_t>{12288, 30720, 6144});
  CHECK(mixture.epochs(3 * Mixture::kPeriod) == std::vector<double>{122.88, 10.24, 6144.0 / 17});
  const std::vector<double> early = mixture.epochs(4);
  CHECK(early[0] == doctest::Approx(1.0 / 100));
}

TEST_CASE("the epochs and the corpora have orders of their own") {
  const Mixture mixture({50, 50}, {1, 1}, 7, true);
  std::vector<std::vector<uint64_t>> orders(4);
  for (uint64_t position = 0; position < 200; ++position) {
    const Draw draw = mixture.at(position);
    orders[2 * draw.corpus + draw.epoch].push_back(draw.block);
  }
  CHECK(std::set<std::vector<uint64_t>>(orders.begin(), orders.end()).size() == 4);
  CHECK(Mixture({50, 50}, {1, 1}, 8, true).at(3) != mixture.at(3));
}

TEST_CASE("a position of a very long run is found at once") {
  const Mixture mixture({uint64_t{1} << 40, 1000}, {0.9, 0.1}, 7, true);
  const uint64_t far = uint64_t{1} << 50;
  CHECK(mixture.at(far) == mixture.at(far));
  CHECK(mixture.epochs(far)[1] == doctest::Approx(0.1 * std::pow(2.0, 50) / 1000).epsilon(1e-3));
}

TEST_CASE("weights that cannot be kept are errors") {
  const Error error = expect_error([] { Mixture({1, 1}, {1, 1e-6}, 7, true); });
  CHECK(contains(error.what(), "the weight 1e-06 of corpus 1 is less than one block in 16384"));
  CHECK(expect_error([] { Mixture(std::vector<uint64_t>(256, 1), {}, 7, true); }).kind() == ErrorKind::kUsage);
}

TEST_CASE("--mix is a list of folders with weights") {
  const std::vector<std::string> items = {"a/b=0.7", "c=d=2"};
  const std::vector<MixPart> parts = parse_mix(items);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].folder == "a/b");
  CHECK(parts[0].weight == 0.7);
  CHECK(parts[1].folder == "c=d");
  CHECK(parts[1].weight == 2);
  const auto message = [](const std::vector<std::string>& wrong) {
    const Error error = expect_error([&] { parse_mix(wrong); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what());
  };
  CHECK(message({"books"}) == "--mix: \"books\" is not a folder with its weight");
  CHECK(message({"=1"}) == "--mix: \"=1\" is not a folder with its weight");
  for (const std::string weight : {"0", "-1", "nan", "inf", "1x", ""}) {
    CHECK(message({"books=" + weight}) == "--mix: the weight \"" + weight + "\" of books is not a number above 0");
  }
  CHECK(message({"books=1", "./books=2"}) == "--mix: ./books is given twice");
}

}  // namespace mixture_test
