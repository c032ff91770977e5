#include "kernel/dropout.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

const RandomStream kStream{0x123456789ABCDEF0, 77, 9, 1234};

// The definition, element by element; the block index has 48 bits.
float expected_factor(const DropoutDraw& draw, uint64_t element) {
  const uint32_t word = draw.stream.word(4 * draw.first_block + element);
  return word >= draw.p * 4294967296.0 ? static_cast<float>(1.0 / (1.0 - draw.p)) : 0.0F;
}

TEST_CASE("every level drops the elements of the definition") {
  std::vector<float> in(1003), out(1003);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i) - 500.5F;
  // The first blocks include those at which the counter's words carry.
  for (const uint64_t first_block : {uint64_t{0}, uint64_t{5}, (uint64_t{1} << 32) - 100, (uint64_t{7} << 32) - 3}) {
    for (const double p : {1e-9, 0.1, 0.5, 0.999999999999, 1.0}) {
      const DropoutDraw draw{p, kStream, first_block};
      for_each_level([&] {
        std::fill(out.begin(), out.end(), -1.0F);
        drop_elements(in.data(), out.data(), 1001, draw);
        bool equal = true;
        for (size_t i = 0; i < 1001; ++i) equal = equal && out[i] == in[i] * expected_factor(draw, i);
        CHECK(equal);
        CHECK(out[1001] == -1);
      });
    }
  }
}

TEST_CASE("dropout of bfloat16 computes in float and rounds the product") {
  std::vector<BFloat16> in(77), out(77);
  for (size_t i = 0; i < in.size(); ++i) in[i] = to_bfloat16(0.37F * static_cast<float>(i) - 9);
  const DropoutDraw draw{0.3, kStream, 0};
  for_each_level([&] {
    drop_elements(in.data(), out.data(), 77, draw);
    for (size_t i = 0; i < in.size(); ++i) {
      CHECK(to_float(out[i]) == to_float(to_bfloat16(to_float(in[i]) * expected_factor(draw, i))));
    }
  });
}

TEST_CASE("dropout works in place, and doubles keep their precision") {
  std::vector<double> values(70, 1.0);
  const DropoutDraw draw{0.3, kStream, 0};
  drop_elements(values.data(), values.data(), 70, draw);
  for (size_t i = 0; i < values.size(); ++i) CHECK(values[i] == (expected_factor(draw, i) > 0 ? 1 / (1 - 0.3) : 0));
}

TEST_CASE("NaN stays NaN if it is kept, and an empty range does nothing") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> values(32, nan);
  for_each_level([&] {
    drop_elements(values.data(), values.data(), 32, {1e-9, kStream, 0});
    for (const float value : values) CHECK(std::isnan(value));
    drop_elements<float>(nullptr, nullptr, 0, {0.5, kStream, 0});
  });
}

TEST_CASE("factors can start at any element") {
  const DropoutDraw draw{0.4, kStream, 3};
  std::vector<float> factors(50);
  for (const uint64_t first : {0, 1, 2, 3, 4, 777}) {
    dropout_factors(draw, first, factors.size(), factors.data());
    for (size_t i = 0; i < factors.size(); ++i) CHECK(factors[i] == expected_factor(draw, first + i));
  }
}

}  // namespace
}  // namespace hone::kernel
