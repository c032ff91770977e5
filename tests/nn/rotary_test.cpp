#include "nn/rotary.h"

#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace hone;

TEST_CASE("the angle of position s and pair d is s / theta^(2 d / D)") {
  const tensor::RotaryAngles angles = tensor::rotary_angles(5, tensor::rotary_frequencies(4, 100));
  CHECK(angles.cosines[3][0].item<double>() == doctest::Approx(std::cos(3.0)));
  CHECK(angles.sines[3][1].item<double>() == doctest::Approx(std::sin(0.3)));
  CHECK(angles.sines[0][1].item<double>() == 0);
}

TEST_CASE("the angles grow with the longest sequence, at most to the model's positions, and do not change") {
  const nn::RotaryPositions positions({tensor::rotary_frequencies(8, 10000)}, 700);
  const tensor::RotaryAngles first = positions.angles(3);
  CHECK(first.cosines.size(0) == 256);
  CHECK(positions.angles(256).cosines.is_same(first.cosines));
  CHECK(positions.angles(257).cosines.size(0) == 512);
  CHECK(positions.angles(700).cosines.size(0) == 700);
  CHECK(at::equal(positions.angles(1).cosines.narrow(0, 0, 256), first.cosines));
  CHECK(nn::RotaryPositions({tensor::rotary_frequencies(8, 10000)}, 20).angles(3).cosines.size(0) == 20);
}

TEST_CASE("a factor multiplies cosines and sines") {
  const at::Tensor frequencies = tensor::rotary_frequencies(4, 100);
  const tensor::RotaryAngles angles = tensor::rotary_angles(5, frequencies, 1.5);
  CHECK(angles.cosines[0][1].item<double>() == 1.5);
  CHECK(angles.sines[3][1].item<double>() == doctest::Approx(1.5 * std::sin(0.3)));
}

TEST_CASE("a batch with a longer sequence turns by other frequencies, which may depend on its longest sequence") {
  const at::Tensor frequencies = tensor::rotary_frequencies(4, 100);
  nn::RotaryRule rule{frequencies, 1, 10, [&](int64_t longest) { return frequencies * static_cast<double>(longest); }};
  const nn::RotaryPositions positions(rule, 700);
  CHECK(positions.max_positions() == 700);
  CHECK(positions.angles(10).sines[3][1].item<double>() == doctest::Approx(std::sin(0.3)));
  const tensor::RotaryAngles longer = positions.angles(12);
  CHECK(longer.sines.size(0) == 12);
  CHECK(longer.sines[3][1].item<double>() == doctest::Approx(std::sin(12 * 0.3)));
  CHECK(positions.angles(12).sines.is_same(longer.sines));
  CHECK(positions.angles(11).sines[3][1].item<double>() == doctest::Approx(std::sin(11 * 0.3)));
  CHECK(positions.angles(4).sines[3][1].item<double>() == doctest::Approx(std::sin(0.3)));
}
