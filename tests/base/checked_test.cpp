#include "base/checked.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "expect_error.h"

using namespace hone;

TEST_CASE("checked arithmetic returns the result, or throws an error that names the quantity") {
  CHECK(checked_multiply<uint64_t>(6, 7, "size") == 42);
  CHECK(checked_add<int64_t>(-1, 1, "size") == 0);
  CHECK(contains(expect_error([] { checked_multiply<uint64_t>(1ull << 63, 2, "tensor size"); }).what(), "tensor size"));
  CHECK_THROWS_AS(checked_add<uint64_t>(~0ull, 1, "size"), Error);
}
