#include "text/jinja/arena.h"

#include <doctest/doctest.h>

#include <string>

#include "text/jinja/value.h"

namespace hone::text::jinja::arena_test {

TEST_CASE("memory is aligned, distinct, and limited") {
  Arena arena(1 << 20);
  const std::string_view copied = arena.copy(std::string_view("abc"));
  const std::span<Value> values = arena.array<Value>(1000);
  values[999] = Value::integer(7);
  CHECK(copied == "abc");
  CHECK(values[0].is_missing());
  CHECK(reinterpret_cast<uintptr_t>(values.data()) % alignof(Value) == 0);
  CHECK_THROWS_WITH_AS(arena.array<Value>(1 << 20), "the rendering needs more than 1 MB of memory", Failure);
  CHECK_THROWS_WITH_AS(arena.array<Value>(SIZE_MAX / 8), "the rendering needs more than 1 MB of memory", Failure);
  CHECK(arena.copy(std::string_view()).empty());
}

TEST_CASE("many small pieces end at the limit too") {
  Arena arena(1 << 20);
  const auto fill = [&] {
    for (int i = 0; i < 1 << 20; ++i) arena.make<Value>(Value::integer(i));
  };
  CHECK_THROWS_AS(fill(), Failure);
}

}  // namespace hone::text::jinja::arena_test
