#include "nn/rotary.h"

#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace hone;

TEST_CASE("the angle of position s and pair d is s / theta^(2 d / D)") {
  const tensor::RotaryAngles angles = tensor::rotary_angles(5, 4, 100);
  CHECK(angles.cosines[3][0].item<double>() == doctest::Approx(std::cos(3.0)));
  CHECK(angles.sines[3][1].item<double>() == doctest::Approx(std::sin(0.3)));
  CHECK(angles.sines[0][1].item<double>() == 0);
}

TEST_CASE("the angles grow with the longest sequence, at most to the model's positions, and do not change") {
  const nn::RotaryPositions positions(8, 10000, 700);
  const tensor::RotaryAngles first = positions.angles(3);
  CHECK(first.cosines.size(0) == 256);
  CHECK(positions.angles(256).cosines.is_same(first.cosines));
  CHECK(positions.angles(257).cosines.size(0) == 512);
  CHECK(positions.angles(700).cosines.size(0) == 700);
  CHECK(at::equal(positions.angles(1).cosines.narrow(0, 0, 256), first.cosines));
  CHECK(nn::RotaryPositions(8, 10000, 20).angles(3).cosines.size(0) == 20);
}
