#include "grammar/network.h"

#include <doctest/doctest.h>

namespace network_test {

using namespace hone;
using namespace hone::grammar;

int64_t shortest(Expr first, std::vector<Expr> others = {}) {
  others.insert(others.begin(), std::move(first));
  const Network network = make_network({std::move(others), "test"});
  return network.nodes[network.begin].shortest;
}

// By hand.
TEST_CASE("the shortest text of an expression is known, through choices, repetitions and rules") {
  const Expr abc = text_of("abc"), ab = text_of("ab");
  CHECK(shortest(text_of("")) == 0);
  CHECK(shortest(abc) == 3);
  CHECK(shortest(sequence({abc, ab})) == 5);
  CHECK(shortest(choice({abc, ab})) == 2);
  CHECK(shortest(optional(abc)) == 0);
  CHECK(shortest(repeated(ab, 3)) == 6);
  CHECK(shortest(repeated(ab, 2, 5)) == 4);
  CHECK(shortest(one_of({{0x4E00, 0x9FFF}})) == 3);
  CHECK(shortest(sequence({rule(1), rule(1)}), {choice({sequence({text_of("("), rule(1), text_of(")")}), ab})}) == 4);
}

TEST_CASE("a large set of characters is one rule, however often it occurs") {
  text::CodePointSet letters;
  for (char32_t code = 0x100; code < 0x2000; code += 16) letters.push_back({code, code + 3});
  const auto num_nodes = [&](uint32_t count) {
    return make_network({{repeated(one_of(letters), count, count)}, "test"}).nodes.size();
  };
  CHECK(num_nodes(100) - num_nodes(1) < 400);
}

}  // namespace network_test
