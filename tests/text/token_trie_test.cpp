#include "text/token_trie.h"

#include <doctest/doctest.h>

namespace hone::text::token_trie_test {

TEST_CASE("the longest token is found, and a repeated token has the later id") {
  const TokenTrie trie({{"un", 1}, {"unable", 2}, {"a", 3}, {"un", 4}, {"##able", 5}, {"", 6}});
  CHECK(trie.find("un") == 4);
  CHECK(trie.find("unable") == 2);
  CHECK(!trie.find("una"));
  CHECK(trie.find("") == 6);
  CHECK(trie.longest(TokenTrie::kRoot, "unables").length == 6);
  CHECK(trie.longest(TokenTrie::kRoot, "unabl").id == 4);
  CHECK(trie.longest(TokenTrie::kRoot, "xun").length == 0);
  CHECK(trie.longest(trie.walk(TokenTrie::kRoot, "##"), "able").id == 5);
  CHECK(trie.walk(TokenTrie::kRoot, "#x") == TokenTrie::kNone);
  CHECK(trie.longest(TokenTrie::kNone, "a").length == 0);
}

TEST_CASE("an empty trie finds nothing") {
  const TokenTrie trie({});
  CHECK(!trie.find("a"));
  CHECK(!trie.find(""));
  CHECK(trie.longest(TokenTrie::kRoot, "a").length == 0);
}

}  // namespace hone::text::token_trie_test
