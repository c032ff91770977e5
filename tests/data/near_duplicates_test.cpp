#include "data/near_duplicates.h"

#include <doctest/doctest.h>

#include <map>
#include <numeric>
#include <random>
#include <set>

#include "data/data_fixture.h"
#include "data/shingles.h"

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

// Texts of `num_words` random words; each third one changes some words of the one before it.
std::vector<std::string> changed_texts(size_t num_texts, size_t num_words, uint32_t seed) {
  std::mt19937 random(seed);
  const auto word = [&] {
    std::string letters(2 + random() % 7, 'a');
    for (char& c : letters) c = static_cast<char>('a' + random() % 26);
    return letters;
  };
  std::vector<std::string> texts;
  std::vector<std::string> words(num_words);
  for (size_t i = 0; i < num_texts; ++i) {
    const size_t num_changed = i % 3 == 2 ? random() % (num_words / 8 + 1) : num_words;
    if (num_changed == num_words) {
      for (std::string& w : words) w = word();
    }
    for (size_t k = 0; k < num_changed && num_changed < num_words; ++k) words[random() % num_words] = word();
    std::string text;
    for (const std::string& w : words) text += w + (random() % 9 == 0 ? ", " : " ");
    texts.push_back(i % 7 == 0 ? text + "caf\xC3\xA9" : text);
  }
  return texts;
}

TEST_CASE("of all pairs at least as similar as the threshold 99 % are found, and no others, in short and long texts") {
  for (const size_t num_words : {9U, 16U, 60U, 120U}) {
    CAPTURE(num_words);
    const auto texts = changed_texts(300, num_words, static_cast<uint32_t>(num_words));
    std::vector<std::vector<uint64_t>> sets;
    for (const std::string& text : texts) sets.push_back(shingles(text));
    const NearDuplicates found = search(texts, 0.8);
    int num_similar = 0, num_found = 0;
    for (uint32_t b = 0; b < texts.size(); ++b) {
      for (uint32_t a = 0; a < b; ++a) {
        if (jaccard(sets[a], sets[b]) < 0.8) continue;
        ++num_similar;
        num_found += found.cluster[a] == found.cluster[b];
      }
    }
    CHECK(num_similar > 40);
    CHECK(num_found >= 0.99 * num_similar);
    for (const SimilarPair& pair : found.pairs) {
      CHECK(pair.similarity == jaccard(sets[pair.first], sets[pair.second]));
      CHECK(pair.similarity >= 0.8);
    }
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
