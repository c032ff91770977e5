#include "kernel/rotary.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect_error.h"
#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

constexpr int64_t kRows = 5, kFirst = 3, kPositions = kFirst + kRows;

// Rows of `width` elements at a stride of width + 3, and a table of angles.
template <typename T>
struct Turned {
  explicit Turned(int64_t width_in)
      : width(width_in), stride(width_in + 3), x(sample<T>(kRows * stride, 1)), y(x.size()), back(x.size()) {
    for (int64_t position = 0; position < kPositions; ++position) {
      for (int64_t d = 0; d < width / 2; ++d) {
        const double angle = static_cast<double>(position) / std::pow(10.0, static_cast<double>(d));
        cosines.push_back(static_cast<float>(std::cos(angle)));
        sines.push_back(static_cast<float>(std::sin(angle)));
      }
    }
  }

  RotaryTable table() const { return {cosines.data(), sines.data()}; }
  RotaryRows rows(Turn turn) const { return {kFirst, kRows, width, stride, stride, turn}; }
  void run() {
    rotate_rows(table(), rows(Turn::kForward), x.data(), y.data());
    rotate_rows(table(), rows(Turn::kBack), y.data(), back.data());
  }

  int64_t width, stride;
  std::vector<float> cosines, sines;
  std::vector<T> x, y, back;
};

TEST_CASE("a pair turns by the angle of its position") {
  for_each_level([] {
    const std::vector<float> cosines{1, 0.6F}, sines{0, 0.8F}, x{3, 5};
    std::vector<float> y(2);
    rotate_rows({cosines.data(), sines.data()}, {1, 1, 2, 2, 2, Turn::kForward}, x.data(), y.data());
    CHECK(y[0] == doctest::Approx(3 * 0.6 - 5 * 0.8));
    CHECK(y[1] == doctest::Approx(5 * 0.6 + 3 * 0.8));
    rotate_rows({cosines.data(), sines.data()}, {0, 1, 2, 2, 2, Turn::kForward}, x.data(), y.data());
    CHECK(y == x);  // position 0 does not turn
  });
}

template <typename T>
void check_rotation(int64_t width) {
  INFO("width ", width);
  Turned<double> exact(width);
  Turned<T> got(width);
  exact.run();
  got.run();
  CHECK(worst_error(got.y, exact.y, 1) < 1e-6 + kRounding<T>);
  std::vector<T> in_place = got.x;
  rotate_rows(got.table(), got.rows(Turn::kForward), in_place.data(), in_place.data());
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t d = 0; d < width; ++d) {
      const auto at = static_cast<size_t>(i * got.stride + d);
      CHECK(to_float(in_place[at]) == to_float(got.y[at]));
      CHECK(to_float(got.back[at]) == doctest::Approx(to_float(got.x[at])).epsilon(3e-6 + 4 * kRounding<T>).scale(2));
    }
    CHECK(to_float(got.y[static_cast<size_t>(i * got.stride + width)]) == 0);  // nothing beyond the row
  }
}

TEST_CASE("rotations equal the double reference at every level and width, and the turn back undoes them") {
  for (const int64_t width : {2, 6, 8, 16, 34, 64, 128, 256}) {
    for_each_level([&] {
      check_rotation<float>(width);
      check_rotation<BFloat16>(width);
    });
  }
}

TEST_CASE("only the first elements of a head turn, and a factor of the table scales them") {
  for_each_level([] {
    const std::vector<float> cosines{2 * 0.6F}, sines{2 * 0.8F}, x{3, 5, 7, 11, 13};
    std::vector<float> y(5), back(5);
    const RotaryTable table{cosines.data(), sines.data(), 2};
    rotate_rows(table, {0, 1, 5, 5, 5, Turn::kForward}, x.data(), y.data());
    CHECK(y[0] == doctest::Approx(2 * (3 * 0.6 - 5 * 0.8)));
    CHECK(y[1] == doctest::Approx(2 * (5 * 0.6 + 3 * 0.8)));
    CHECK(std::vector<float>(y.begin() + 2, y.end()) == std::vector<float>{7, 11, 13});
    rotate_rows(table, {0, 1, 5, 5, 5, Turn::kBack}, y.data(), back.data());
    CHECK(back[0] == doctest::Approx(4 * 3));  // the gradient of a turn with factor 2 has factor 2 too
    CHECK(back[4] == 13);
    rotate_rows(table, {0, 1, 5, 5, 5, Turn::kForward}, back.data(), back.data());
    CHECK(back[2] == 7);
  });
}

TEST_CASE("a table that is wider than the head is an internal error") {
  const std::vector<float> angles(4);
  std::vector<float> x(2);
  const RotaryTable wide{angles.data(), angles.data(), 4};
  CHECK(contains(expect_error([&] { rotate_rows(wide, {0, 1, 2, 2, 2, Turn::kForward}, x.data(), x.data()); }).what(),
                 "at most the width of a head"));
}

TEST_CASE("an odd width has no pairs") {
  Turned<float> odd(3);
  CHECK(contains(expect_error([&] { odd.run(); }).what(), "even width"));
}

}  // namespace
}  // namespace hone::kernel
