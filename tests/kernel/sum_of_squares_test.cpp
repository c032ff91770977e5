#include "kernel/sum_of_squares.h"

#include <omp.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

std::vector<std::vector<float>> random_arrays(std::initializer_list<size_t> sizes) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> arrays;
  for (const size_t size : sizes) {
    arrays.emplace_back(size);
    for (float& value : arrays.back()) value = normal(generator);
  }
  return arrays;
}

std::vector<FloatArray> views(const std::vector<std::vector<float>>& arrays) {
  std::vector<FloatArray> result;
  for (const auto& array : arrays) result.push_back({array.data(), static_cast<int64_t>(array.size())});
  return result;
}

TEST_CASE("the sum over arrays of many sizes equals the sum in long double") {
  for (const size_t size : {0, 1, 7, 8, 15, 16, 17, 1000, 1000003}) {
    const auto arrays = random_arrays({3, size, 0, 33});
    long double expected = 0;
    for (const auto& array : arrays) {
      for (const float value : array) expected += static_cast<long double>(value) * value;
    }
    for_each_level(
        [&] { CHECK(sum_of_squares(views(arrays)) == doctest::Approx(static_cast<double>(expected)).epsilon(1e-13)); });
  }
}

TEST_CASE("the sum is bit-identical at any number of threads") {
  const auto arrays = random_arrays({100003, 5, 70000, 1});
  const int before = omp_get_max_threads();
  for_each_level([&] {
    omp_set_num_threads(1);
    const double expected = sum_of_squares(views(arrays));
    for (const int threads : {2, 3, 7}) {
      omp_set_num_threads(threads);
      CHECK(sum_of_squares(views(arrays)) == expected);
    }
  });
  omp_set_num_threads(before);
}

TEST_CASE("the sum is finite if and only if all elements are, however large they are") {
  for (const size_t place : {0, 5, 16, 31, 32}) {
    std::vector<std::vector<float>> arrays = {std::vector<float>(33, std::numeric_limits<float>::max())};
    for_each_level([&] {
      arrays[0][place] = std::numeric_limits<float>::max();
      CHECK(std::isfinite(sum_of_squares(views(arrays))));
      arrays[0][place] = std::numeric_limits<float>::infinity();
      CHECK(std::isinf(sum_of_squares(views(arrays))));
      arrays[0][place] = std::numeric_limits<float>::quiet_NaN();
      CHECK(std::isnan(sum_of_squares(views(arrays))));
    });
  }
}

TEST_CASE("the sum of no elements is 0") {
  for_each_level([] { CHECK(sum_of_squares({}) == 0); });
}

}  // namespace
}  // namespace hone::kernel
