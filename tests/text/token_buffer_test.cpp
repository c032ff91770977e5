#include "text/token_buffer.h"

#include <doctest/doctest.h>

using namespace hone::text;

TEST_CASE("a token buffer keeps its ids while it grows") {
  TokenBuffer buffer;
  for (int32_t id = 0; id < 1000; ++id) buffer.push(id);
  int32_t* room = buffer.reserve(5000);
  for (int32_t i = 0; i < 3; ++i) room[i] = 1000 + i;
  buffer.add(3);
  REQUIRE(buffer.size() == 1003);
  for (int32_t id = 0; id < 1003; ++id) CHECK(buffer.ids()[id] == id);
}

TEST_CASE("a cleared token buffer is empty and can be used again, also after a huge text") {
  TokenBuffer buffer;
  buffer.reserve(1 << 20)[0] = 7;
  buffer.add(1 << 20);
  buffer.offsets.push_back({0, 1});
  buffer.clear();
  CHECK(buffer.size() == 0);
  CHECK(buffer.offsets.empty());
  buffer.push(5);
  CHECK(buffer.size() == 1);
  CHECK(buffer.ids()[0] == 5);
}
