#include "kernel/parallel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <vector>

namespace hone::kernel {
namespace {

TEST_CASE("parts cover the range once, in the order of the part numbers") {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    for (const int64_t count : {0, 1, 7, 64}) {
      std::vector<int> visits(static_cast<size_t>(count));
      std::vector<int64_t> part_of(visits.size());
      parallel_ranges(count, 4, [&](int64_t begin, int64_t end, int part) {
        for (int64_t i = begin; i < end; ++i) {
          ++visits[static_cast<size_t>(i)];
          part_of[static_cast<size_t>(i)] = part;
        }
      });
      CHECK(std::all_of(visits.begin(), visits.end(), [](int n) { return n == 1; }));
      CHECK(std::is_sorted(part_of.begin(), part_of.end()));
      if (count > 0) CHECK(part_of.back() == num_parts(count, 4) - 1);
    }
  }
  omp_set_num_threads(before);
}

// With OMP_DYNAMIC or OMP_THREAD_LIMIT a region has fewer threads than it asks for.
TEST_CASE("every part is computed if OpenMP gives fewer threads than there are parts") {
  const int before = omp_get_max_threads(), was_dynamic = omp_get_dynamic();
  omp_set_dynamic(1);
  omp_set_num_threads(1024);
  std::vector<int> visits(4096);
  parallel_ranges(4096, 1, [&](int64_t begin, int64_t end, int part) {
    for (int64_t i = begin; i < end; ++i) visits[static_cast<size_t>(i)] = part + 1;
  });
  omp_set_num_threads(before);
  omp_set_dynamic(was_dynamic);
  for (size_t i = 0; i < visits.size(); ++i) REQUIRE(visits[i] == static_cast<int>(i / 4) + 1);
}

TEST_CASE("an exception from a part is thrown once, and the other parts are still computed") {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 4}) {
    omp_set_num_threads(threads);
    std::vector<int> visits(8);
    const auto run = [&](auto throws) {
      parallel_ranges(8, 1, [&](int64_t begin, int64_t end, int part) {
        throws(part);
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
    };
    CHECK_THROWS_WITH_AS(run([&](int part) {
                           if (part == threads - 1) throw std::runtime_error("the last part");
                         }),
                         "the last part", std::runtime_error);
    CHECK(std::count(visits.begin(), visits.end(), 1) == 8 * (threads - 1) / threads);
    CHECK_THROWS_AS(run([](int) { throw std::bad_alloc(); }), std::bad_alloc);
    CHECK_THROWS_AS(run([](int part) { throw part; }), int);
    run([](int) {});  // the threads still work
    CHECK(std::count(visits.begin(), visits.end(), 0) == 0);
  }
  omp_set_num_threads(before);
}

TEST_CASE("an exception from a nested loop passes through both loops") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(2);
  const auto nested = [] {
    parallel_ranges(2, 1, [](int64_t, int64_t, int) {
      parallel_ranges(2, 1, [](int64_t, int64_t, int) { throw std::length_error("inside"); });
    });
  };
  CHECK_THROWS_WITH_AS(nested(), "inside", std::length_error);
  omp_set_num_threads(before);
}

TEST_CASE("a short loop is not divided") {
  CHECK(num_parts(0, 16) == 0);
  CHECK(num_parts(16, 16) == 1);
}

}  // namespace
}  // namespace hone::kernel
