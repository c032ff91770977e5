#include "kernel/concatenation.h"

#include <doctest/doctest.h>

#include <numeric>

namespace hone::kernel {
namespace {

TEST_CASE("stretches cover each array once and in order, for every division of the whole") {
  const std::vector<int64_t> sizes = {0, 5, 1, 0, 0, 17, 3, 0};
  Concatenation all;
  for (const int64_t size : sizes) all.append(size);
  REQUIRE(all.size() == 26);
  for (int64_t step = 1; step <= 27; ++step) {
    std::vector<int64_t> covered(sizes.size());
    for (int64_t begin = 0; begin < all.size(); begin += step) {
      all.for_each_stretch(begin, std::min(all.size(), begin + step), [&](size_t array, int64_t first, int64_t count) {
        CHECK(count > 0);
        CHECK(first == covered[array]);
        covered[array] += count;
      });
    }
    CHECK(covered == sizes);
  }
}

TEST_CASE("no arrays and empty arrays have no stretches") {
  Concatenation all;
  CHECK(all.size() == 0);
  const auto fail = [](size_t, int64_t, int64_t) { FAIL("a stretch of nothing"); };
  all.for_each_stretch(0, 0, fail);
  all.append(0);
  all.for_each_stretch(0, 0, fail);
}

}  // namespace
}  // namespace hone::kernel
