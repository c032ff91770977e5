#include "data/near_duplicates.h"

#include <doctest/doctest.h>

#include <map>
#include <numeric>
#include <set>

#include "data/data_fixture.h"

namespace near_duplicates_test {

using namespace hone;
using namespace hone::data;

NearDuplicates search(const std::vector<std::string>& texts, double threshold, std::vector<uint32_t> begins = {0}) {
  NearDuplicateInput input;
  input.num_rows = static_cast<uint32_t>(texts.size());
  input.text = [&](uint64_t row, std::string&) { return std::string_view(texts[row]); };
  input.part_begins = std::move(begins);
  input.threshold = threshold;
  return find_near_duplicates(input);
}

// The clusters that all pairs of the fixture with this similarity make.
std::vector<uint32_t> clusters_of(const Json& pairs, size_t size, double threshold) {
  std::vector<uint32_t> cluster(size);
  std::iota(cluster.begin(), cluster.end(), 0U);
  const auto root = [&](uint32_t row) {
    while (cluster[row] != row) row = cluster[row];
    return row;
  };
  for (const Json& pair : pairs) {
    if (pair[2].get<double>() < threshold) continue;
    const uint32_t a = root(pair[0]), b = root(pair[1]);
    cluster[std::max(a, b)] = std::min(a, b);
  }
  for (uint32_t row = 0; row < size; ++row) cluster[row] = root(row);
  return cluster;
}

TEST_CASE("the clusters are those of comparing all pairs") {
  const Json& fixture = data_fixture().at("near_duplicates");
  const auto texts = fixture.at("texts").get<std::vector<std::string>>();
  for (const double threshold : {0.5, 0.8}) {
    CAPTURE(threshold);
    const NearDuplicates found = search(texts, threshold);
    CHECK(found.cluster == clusters_of(fixture.at("pairs"), texts.size(), threshold));
    CHECK(found.recall >= 0.99);
  }
}

TEST_CASE("the similarity of a pair is its true one") {
  const Json& fixture = data_fixture().at("near_duplicates");
  std::map<std::pair<uint32_t, uint32_t>, double> wanted;
  for (const Json& pair : fixture.at("pairs")) wanted[{pair[0], pair[1]}] = pair[2];
  const NearDuplicates found = search(fixture.at("texts").get<std::vector<std::string>>(), 0.5);
  CHECK_FALSE(found.pairs.empty());
  for (const SimilarPair& pair : found.pairs) {
    CHECK(pair.similarity == doctest::Approx(wanted.at({pair.first, pair.second})).epsilon(1e-12));
  }
}

TEST_CASE("leaks are the earlier parts with a similar row") {
  const Json& fixture = data_fixture().at("near_duplicates");
  const auto texts = fixture.at("texts").get<std::vector<std::string>>();
  const std::vector<uint32_t> begins = {0, 50, 100};
  const auto part = [&](uint32_t row) { return row / 50 > 2 ? 2 : row / 50; };
  std::vector<uint32_t> wanted(texts.size());
  for (const Json& pair : fixture.at("pairs")) {
    const uint32_t a = pair[0], b = pair[1];
    if (pair[2].get<double>() >= 0.8 && part(a) != part(b)) wanted[b] |= 1U << part(a);
  }
  CHECK(search(texts, 0.8, begins).leaks == wanted);
}

TEST_CASE("case and punctuation do not matter, and texts without letters are no duplicates") {
  const NearDuplicates found = search({"Hello, World!", "...", "hello world", "!!!", ""}, 0.9);
  CHECK(found.cluster == std::vector<uint32_t>{0, 1, 0, 3, 4});
  REQUIRE(found.pairs.size() == 1);
  CHECK(found.pairs[0].similarity == 1);
}

TEST_CASE("many equal rows are one cluster, and each later part leaks") {
  const std::vector<std::string> texts(5000, "the same text in every row");
  const NearDuplicates found = search(texts, 0.8, {0, 4000});
  CHECK(found.cluster == std::vector<uint32_t>(5000, 0));
  CHECK(found.leaks[3999] == 0);
  CHECK(found.leaks[4000] == 1);
  CHECK(found.leaks[4999] == 1);
}

}  // namespace near_duplicates_test
