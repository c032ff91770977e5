// A sorted map finds the same tokens.
#include "text/double_array.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

namespace hone::text::double_array_test {

namespace {

using Found = std::vector<std::pair<int32_t, uint32_t>>;

Found prefixes(const DoubleArray& trie, const std::string& text) {
  Found found;
  trie.each_prefix(text.data(), text.data() + text.size(),
                   [&](int32_t id, uint32_t length) { found.emplace_back(id, length); });
  return found;
}

}  // namespace

TEST_CASE("tokens and the prefixes of texts are found") {
  const DoubleArray trie(
      {{"a", 0}, {"abc", 1}, {"b", 2}, {"ab", 3}, {"a", 4}, {"", 5}, {std::string_view("\0x", 2), 6}});
  CHECK(trie.find("a") == 4);
  CHECK(trie.find("abc") == 1);
  CHECK(trie.find(std::string_view("\0x", 2)) == 6);
  for (const char* token : {"", "c", "abcd", "x"}) CHECK(!trie.find(token));
  CHECK(prefixes(trie, "abcd") == Found{{4, 1}, {3, 2}, {1, 3}});
  CHECK(prefixes(trie, "cab").empty());
  CHECK(prefixes(DoubleArray({}), "a").empty());
}

TEST_CASE("a random vocabulary gives the results of a sorted map") {
  std::mt19937 draw(7);
  std::map<std::string, int32_t> wanted;
  std::vector<std::string> tokens;
  for (int i = 0; i < 20'000; ++i) {
    std::string token;
    // Bytes of few values near the root and of all values below it.
    for (size_t length = 1 + draw() % 6; token.size() < length;) {
      token += static_cast<char>(token.size() < 2 ? 'a' + draw() % 7 : draw() % 256);
    }
    tokens.push_back(token);
  }
  std::vector<std::pair<std::string_view, int32_t>> entries;
  for (size_t i = 0; i < tokens.size(); ++i) {
    entries.emplace_back(tokens[i], static_cast<int32_t>(i));
    wanted[tokens[i]] = static_cast<int32_t>(i);
  }
  const DoubleArray trie(entries);
  for (const auto& [token, id] : wanted) CHECK(trie.find(token) == id);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = tokens[draw() % tokens.size()];
    text[draw() % text.size()] = static_cast<char>(draw() % 256);
    Found expected;
    for (uint32_t length = 1; length <= text.size(); ++length) {
      const auto found = wanted.find(text.substr(0, length));
      if (found != wanted.end()) expected.emplace_back(found->second, length);
    }
    CHECK(prefixes(trie, text) == expected);
  }
}

}  // namespace hone::text::double_array_test
