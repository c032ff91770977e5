#include "text/token_pairs.h"

#include <doctest/doctest.h>

namespace hone::text::token_pairs_test {

// Tokens: a = 0, b = 1, c = 2, then ab = 3, bc = 4, aa = 5.
MergeTable merges() {
  MergeTable table(3);
  table.set(0, 1, {0, 3});
  table.set(1, 2, {1, 4});
  table.set(0, 0, {2, 5});
  return table;
}

TEST_CASE("neighbours are tokens whose bytes merge to the same tokens") {
  const MergeTable table = merges();
  const auto pairs = TokenPairs::make(table, {0, 1, 2}, 6);
  REQUIRE(pairs);
  CHECK(!pairs->may_follow(0, 1));  // they merge
  CHECK(!pairs->may_follow(0, 4));  // a + bc becomes ab + c
  CHECK(pairs->may_follow(3, 2));   // ab + c
  CHECK(pairs->may_follow(3, 4));
  CHECK(pairs->may_follow(5, 5));
  CHECK(!pairs->may_follow(0, 5));  // aaa becomes aa + a, because the left one of equals is first
  CHECK(pairs->may_follow(5, 0));
  CHECK(!pairs->may_follow(5, 1));  // aa + b becomes a + ab
}

TEST_CASE("a token knows the merge that makes it") {
  const MergeTable table = merges();
  const auto pairs = TokenPairs::make(table, {0, 1, 2}, 7);
  REQUIRE(pairs);
  CHECK(pairs->origin(4).left == 1);
  CHECK(pairs->origin(4).right == 2);
  CHECK(pairs->origin(4).order == 2);
  CHECK(pairs->is_used(0));
  CHECK(!pairs->is_used(6));
}

TEST_CASE("a merge before that of its part has no order in time") {
  MergeTable table(2);
  table.set(3, 2, {0, 4});
  table.set(0, 1, {1, 3});
  CHECK(!TokenPairs::make(table, {0, 1, 2}, 5));
}

}  // namespace hone::text::token_pairs_test
