#include "kernel/partial_sums.h"

#include <doctest/doctest.h>

namespace hone::kernel {
namespace {

TEST_CASE("parts are added up, and the sum of no parts is 0") {
  PartialSums<float> sums(true, 3, 2);
  for (int part = 0; part < 3; ++part) {
    sums.part(part)[0] = static_cast<float>(part + 1);
    sums.part(part)[1] = 10;
  }
  float total[2] = {-1, -1};
  sums.add_up(total);
  CHECK(total[0] == 6);
  CHECK(total[1] == 30);
  PartialSums<float>(true, 0, 2).add_up(total);
  CHECK(total[0] == 0);
}

TEST_CASE("unrequested sums have no memory") {
  PartialSums<double> sums(false, 2, 5);
  CHECK(sums.part(1) == nullptr);
  sums.add_up(nullptr);
}

}  // namespace
}  // namespace hone::kernel
