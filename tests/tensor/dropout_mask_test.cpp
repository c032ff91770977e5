#include "tensor/dropout_mask.h"

#include <doctest/doctest.h>

#include <vector>

using namespace hone;

TEST_CASE("the vector way and the portable way drop the same elements, bit for bit") {
  std::vector<float> in(1003);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i) - 500.5F;
  const RandomStream stream{0x123456789ABCDEF0, 77, 9, 1234};
  // First blocks around the places where the counter's words carry.
  for (const uint64_t first_block : {uint64_t{0}, uint64_t{5}, (uint64_t{1} << 32) - 100, (uint64_t{7} << 32) - 3}) {
    for (const double p : {1e-9, 0.1, 0.5, 0.999999999999, 1.0}) {
      for (const int64_t begin : {0, 4, 36}) {
        std::vector<float> fast(in.size(), -1), plain(in.size(), -1);
        const tensor::DropoutDraw draw{p, stream, first_block};
        tensor::drop_elements(in.data(), fast.data(), begin, 1001, draw);
        tensor::drop_elements_portable(in.data(), plain.data(), begin, 1001, draw);
        CHECK(fast == plain);
        CHECK(plain[1001] == -1);
      }
    }
  }
}

TEST_CASE("dropout may be done in place") {
  std::vector<float> values(64, 1.0F), expected(64);
  const tensor::DropoutDraw draw{0.5, {42, 0, 0, 0}, 0};
  tensor::drop_elements(values.data(), expected.data(), 0, 64, draw);
  tensor::drop_elements(values.data(), values.data(), 0, 64, draw);
  CHECK(values == expected);
}
