#include "data/nearest_rows.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "data/shingles.h"

namespace nearest_rows_test {

using namespace hone::data;

std::vector<std::string> made_texts() {
  const std::vector<std::string> words = {"film", "plot", "good", "boring", "actor", "scene", "music", "story"};
  std::vector<std::string> texts;
  uint32_t state = 7;
  for (int row = 0; row < 120; ++row) {
    std::string text;
    for (int i = 0; i < 6; ++i) {
      state = state * 1664525 + 1013904223;
      text += words[state >> 29] + " ";
    }
    texts.push_back(text);
  }
  return texts;
}

TEST_CASE("the nearest rows are those of a comparison with every row of the group") {
  const std::vector<std::string> texts = made_texts();
  std::vector<int64_t> groups;
  std::vector<NearestQuery> queries;
  for (size_t row = 0; row < texts.size(); ++row) {
    groups.push_back(row % 5 == 0 ? -1 : static_cast<int64_t>(row % 2));
    if (row % 5 == 0) queries.push_back({row, static_cast<int64_t>(row % 2)});
  }
  const auto text = [&](size_t row, std::string&) { return std::string_view(texts[row]); };
  const auto found = nearest_rows({.queries = queries, .groups = groups, .text = text});
  for (size_t i = 0; i < queries.size(); ++i) {
    std::vector<NearRow> expected;
    for (size_t row = 0; row < texts.size(); ++row) {
      const double similarity = jaccard(shingles(texts[queries[i].row]), shingles(texts[row]));
      if (groups[row] == queries[i].group && similarity > 0) expected.push_back({row, similarity});
    }
    std::ranges::stable_sort(expected, std::greater(), &NearRow::similarity);
    expected.resize(std::min<size_t>(expected.size(), 3));
    CAPTURE(i);
    CHECK(found[i] == expected);
  }
}

TEST_CASE("of many equal rows, which threads index, the first ones are found") {
  const std::vector<int64_t> groups(40'000, 1);
  const std::vector<NearestQuery> queries = {{39'999, 1}, {1, 1}};
  const auto text = [](size_t, std::string&) { return std::string_view("a fine film"); };
  const auto found = nearest_rows({.queries = queries, .groups = groups, .text = text});
  CHECK(found[0] == std::vector<NearRow>{{0, 1.0}, {1, 1.0}, {2, 1.0}});
  CHECK(found[1] == std::vector<NearRow>{{0, 1.0}, {2, 1.0}, {3, 1.0}});
}

TEST_CASE("a row is not near itself, and unlike texts are not near") {
  const std::vector<std::string> texts = {"a fine film", "quite another", "a fine film", ""};
  const std::vector<int64_t> groups = {1, 1, 1, 1};
  const std::vector<NearestQuery> queries = {{0, 1}, {1, 1}, {3, 1}, {0, 0}};
  const auto text = [&](size_t row, std::string&) { return std::string_view(texts[row]); };
  const auto found = nearest_rows({.queries = queries, .groups = groups, .text = text});
  CHECK(found[0] == std::vector<NearRow>{{2, 1.0}});
  CHECK(found[1].empty());
  CHECK(found[2].empty());
  CHECK(found[3].empty());
}

}  // namespace nearest_rows_test
