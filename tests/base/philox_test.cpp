#include "base/philox.h"

#include <doctest/doctest.h>

using namespace hone;

// Known answers: kat_vectors of the authors' Random123 library.
TEST_CASE("philox4x32-10 returns Random123's known answers") {
  CHECK(philox(0, {0, 0, 0, 0}) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~0ull, {~0u, ~0u, ~0u, ~0u}) == PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0a4093822ull, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random numbers depend only on step, micro-batch, site and element") {
  const RandomStream stream{42, 7, 1, 3};
  CHECK(stream.word(5) == RandomStream{42, 7, 1, 3}.word(5));
  CHECK(stream.word(5) == stream.block(1)[1]);
  CHECK(stream.word(5) != stream.word(6));
  CHECK(stream.word(5) != RandomStream{42, 8, 1, 3}.word(5));
  CHECK(stream.word(5) != RandomStream{42, 7, 2, 3}.word(5));
  CHECK(stream.word(5) != RandomStream{42, 7, 1, 4}.word(5));
  CHECK(stream.word(5) != RandomStream{43, 7, 1, 3}.word(5));
  CHECK(stream.block(1) != stream.block(1 + (1ull << 32)));
}
