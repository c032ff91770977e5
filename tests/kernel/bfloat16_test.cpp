#include "kernel/bfloat16.h"

#include <doctest/doctest.h>

#include <limits>

namespace hone::kernel {
namespace {

TEST_CASE("bfloat16 rounds to the nearest, ties to even") {
  CHECK(to_bfloat16(1.0F).bits == 0x3F80);
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F808000u)).bits == 0x3F80);  // half way: to the even one below
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F818000u)).bits == 0x3F82);  // half way: to the even one above
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F808001u)).bits == 0x3F81);
  CHECK(to_bfloat16(-0.0F).bits == 0x8000);
}

TEST_CASE("NaN and infinity stay NaN and infinity") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(to_float(to_bfloat16(infinity)) == infinity);
  CHECK(to_float(to_bfloat16(std::numeric_limits<float>::max())) == infinity);
  CHECK(std::isnan(to_float(to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(to_float(to_bfloat16(std::bit_cast<float>(0x7FFFFFFFu)))));
}

TEST_CASE("rounded_to returns the requested type") {
  CHECK(rounded_to<float>(1.5F) == 1.5F);
  CHECK(rounded_to<BFloat16>(1.5F).bits == 0x3FC0);
  CHECK(rounded_to<double>(1.5) == 1.5);
}

}  // namespace
}  // namespace hone::kernel
