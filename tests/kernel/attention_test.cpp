#include "kernel/attention.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <new>
#include <vector>

#include "expect_error.h"
#include "kernel/attention_problem.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const int64_t width : {1, 3, 8, 17, 32, 64, 80, 128, 256}) {
    all.push_back({{5, 1, 33, 64, 65}, 2, 2, width});
    all.push_back({{5, 1, 33, 64, 65}, 4, 2, width, true, false, 0, 0.1});
  }
  for (const bool causal : {false, true}) {
    for (const double p : {0.0, 0.1, 0.9}) {
      all.push_back({{1, 2, 3, 4, 7, 15, 16, 17, 130}, 6, 2, 32, causal, true, 0, p});
      all.push_back({{1, 2, 3, 63, 64, 130}, 3, 1, 16, causal, false, 1, p});
      all.push_back({{31, 96}, 4, 4, 20, causal, true, 4, p});
      all.push_back({{700, 2, 1100}, 2, 1, 16, causal, false, 0, p});  // more than one chunk of keys
    }
  }
  for (const int64_t window : {0, 1, 5, 64, 100, 2000}) {
    for (const bool causal : {false, true}) {
      all.push_back(
          {{1, 2, 63, 64, 65, 300, 1200}, 2, 1, 16, causal, window == 5, 0, 0.1 * (window % 2), window, true});
    }
  }
  all.push_back({{31, 96}, 4, 4, 20, false, true, 4, 0.1, 7, true});
  all.push_back({{5, 130}, 6, 2, 6, false, false, 0, 0.1, kWholeSequence, true});
  all.push_back({std::vector<int64_t>(128, 17), 4, 2, 256, true, false, 0, 0.1});  // over kPastCachesBytes
  for (const double p : {0.0, 0.1}) {
    const std::vector<int64_t> lengths{1, 2, 3, 33, 64, 65, 130};
    all.push_back({lengths, 2, 2, 32, false, false, 0, p, kWholeSequence, false, true, true, false, 4});
    all.push_back({lengths, 3, 3, 20, false, false, 0, p, kWholeSequence, false, true, false, false, 50});
    all.push_back({lengths, 2, 2, 64, false, true, 0, p, kWholeSequence, false, false, true, false, 16});
    all.push_back({lengths, 4, 4, 8, false, false, 0, p, kWholeSequence, false, false, false, true, 8});
    all.push_back({lengths, 4, 2, 17, true, true, 1, p, kWholeSequence, false, true, true, true, 9});
    all.push_back({{700, 2, 1100}, 2, 1, 16, false, false, 0, p, kWholeSequence, false, true, true, true, 128});
    all.push_back({lengths, 2, 1, 16, false, false, 0, p, 5, true, true, true, true, 9});
    all.push_back({{600, 90}, 2, 2, 16, true, false, 0, p, 40, true, true, true, true, 30});
  }
  for (const double soft_cap : {0.5, 3.0, 50.0}) {
    const std::vector<int64_t> lengths{1, 2, 17, 64, 65, 130};
    const auto with_cap = [&](Shape shape) {
      shape.soft_cap = soft_cap;
      all.push_back(shape);
    };
    with_cap({lengths, 4, 2, 32, true, false, 0, 0.1});
    with_cap({lengths, 2, 2, 17});
    with_cap({{600, 90}, 2, 1, 16, true, true, 1, 0, 40, true});
    with_cap({lengths, 3, 3, 20, false, false, 0, 0.1, kWholeSequence, false, true, true, true, 9});
  }
  for (const int64_t turned_width : {2, 8, 16}) {
    Shape shape{{1, 2, 17, 64, 65, 130}, 4, 2, 20, true, false, 0, 0.1, kWholeSequence, true};
    shape.turned_width = turned_width;
    all.push_back(shape);
  }
  all.push_back({std::vector<int64_t>(70, 30), 2, 2, 32, false, false, 0, 0.1, kWholeSequence, false, true, true, true,
                 12});  // in groups
  all.push_back({{}, 2, 2, 32, false, false, 0, 0, kWholeSequence, false, true, true, true, 4});
  all.push_back({{}, 2, 2, 32});
  all.push_back({{12, 9}, 2, 2, 32, false, false, 0, 1.0});  // everything is dropped
  return all;
}

// Queries that read the keys of other sequences: fewer, as many, more, over several blocks and chunks.
std::vector<Shape> cross_shapes() {
  std::vector<Shape> all;
  const auto add = [&](Shape shape, std::vector<int64_t> key_lengths) {
    shape.key_lengths = std::move(key_lengths);
    all.push_back(std::move(shape));
  };
  for (const double p : {0.0, 0.1, 0.9}) {
    add({{1, 2, 3, 64, 65, 130}, 4, 4, 32, false, false, 0, p}, {7, 1, 3, 130, 1, 15});
    add({{5, 1, 33}, 6, 2, 20, false, true, 0, p}, {1, 17, 64});
    add({{700, 2, 70}, 2, 1, 16, false, false, 0, p}, {3, 1100, 600});  // more than one chunk of keys
    for (const int64_t width : {1, 3, 17, 64, 128, 256}) add({{5, 33}, 2, 2, width, false, false, 0, p}, {40, 2});
  }
  add({std::vector<int64_t>(128, 17), 4, 2, 256}, std::vector<int64_t>(128, 9));  // over kPastCachesBytes
  return all;
}

double largest_magnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

template <typename T>
std::vector<double> to_doubles(const std::vector<T>& values) {
  std::vector<double> result;
  for (const T& value : values) result.push_back(to_float(value));
  return result;
}

// Returns the largest difference relative to the largest expected value.
double relative_difference(const std::vector<double>& found, const std::vector<double>& expected) {
  double worst = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst / std::max(1e-30, largest_magnitude(expected));
}

std::string describe(const Shape& shape) {
  return fmt::format(
      "lengths {}, heads {}/{} of {}, causal {}, key mask {}, bias heads {}, p {}, window {}, turns {}, distances: "
      "keys "
      "{} queries {} bias {} span {}, soft cap {}, turned width {}",
      fmt::join(shape.lengths, " "), shape.num_heads, shape.num_kv_heads, shape.head_width, shape.causal,
      shape.masks_keys, shape.bias_heads, shape.p, shape.window, shape.turns, shape.has_distance_keys,
      shape.has_distance_queries, shape.has_distance_bias, shape.span, shape.soft_cap, shape.turned_width);
}

// Returns the same problem in double, with the same (rounded) inputs.
template <typename T, typename Sum>
Problem<double, double> exact(const Problem<T, Sum>& problem) {
  Problem<double, double> result(problem.shape);
  result.qkv = to_doubles(problem.qkv);
  result.kv = to_doubles(problem.kv);
  result.out_gradient = to_doubles(problem.out_gradient);
  result.distance_keys = to_doubles(problem.distance_keys);
  result.distance_queries = to_doubles(problem.distance_queries);
  result.run_reference();
  return result;
}

template <typename T>
void compare_with_reference(const std::vector<Shape>& all, double tolerance) {
  for (const Shape& shape : all) {
    Problem<T, float> problem(shape);
    Problem<double, double> expected = exact(problem);
    for_each_level([&] {
      if (sizeof(T) == 2 && cpu_level() > CpuLevel::kScalar && !has_native_bf16()) return;
      const std::string text = describe(shape);
      INFO(text);
      problem.run();
      CHECK(relative_difference(to_doubles(problem.out), to_doubles(expected.out)) < tolerance);
      CHECK(relative_difference(to_doubles(problem.gradients), to_doubles(expected.gradients)) < tolerance);
      CHECK(relative_difference(to_doubles(problem.kv_gradients), expected.kv_gradients) < tolerance);
      const auto check_table = [&](const std::vector<float>& found, const std::vector<double>& wanted) {
        REQUIRE(found.size() == wanted.size());
        CHECK(relative_difference(to_doubles(found), wanted) < tolerance);
      };
      check_table(problem.distance_key_gradients, expected.distance_key_gradients);
      check_table(problem.distance_query_gradients, expected.distance_query_gradients);
      check_table(problem.distance_bias_gradients, expected.distance_bias_gradients);
    });
  }
}

TEST_CASE("attention in float equals its reference in double, forward and backward, at every level") {
  compare_with_reference<float>(shapes(), 5e-6);
}

TEST_CASE("attention to the keys of other sequences equals its reference in double, forward and backward") {
  compare_with_reference<float>(cross_shapes(), 5e-6);
}

TEST_CASE("attention in bfloat16 equals its reference within the format's precision") {
  compare_with_reference<BFloat16>(shapes(), 1.5e-2);
  compare_with_reference<BFloat16>(cross_shapes(), 1.5e-2);
}

// Fills the values of the queries from num_queries on, in each sequence.
template <typename T>
void fill_others(const Problem<T, T>& problem, int64_t num_queries, std::vector<T>& values, T value) {
  for (size_t b = 0; b < problem.shape.lengths.size(); ++b) {
    const int64_t first = problem.offsets[b] + std::min(num_queries, problem.shape.lengths[b]);
    std::fill(values.begin() + first * problem.out_width, values.begin() + problem.offsets[b + 1] * problem.out_width,
              value);
  }
}

TEST_CASE("only the first queries of each sequence are computed, and the gradients are those of a loss over them") {
  const std::vector<Shape> all = shapes();
  for (size_t i = 0; i < all.size(); i += 3) {
    const int64_t num_queries = i % 2 == 0 ? 1 : 70;
    Problem<float, float> problem(all[i]);
    Problem<double, double> expected(all[i]);
    fill_others(problem, num_queries, problem.out_gradient, NAN);
    fill_others(expected, num_queries, expected.out_gradient, 0.0);
    expected.run_reference();
    fill_others(expected, num_queries, expected.out, -7.0);
    problem.rules.num_queries = num_queries;
    for_each_level([&] {
      const std::string text = describe(all[i]);
      INFO(text, ", queries ", num_queries);
      problem.out.assign(problem.out.size(), -7);
      problem.gradients.assign(problem.gradients.size(), NAN);
      problem.run();
      CHECK(relative_difference(to_doubles(problem.out), expected.out) < 5e-6);
      // A query that sees one key has tables without gradients.
      const double largest = std::max(1.0, largest_magnitude(expected.gradients));
      const auto check_gradients = [&](const std::vector<float>& found, const std::vector<double>& wanted) {
        const double scale = std::max(largest, largest_magnitude(wanted)) / std::max(1e-30, largest_magnitude(wanted));
        CHECK(relative_difference(to_doubles(found), wanted) < 5e-6 * scale);
      };
      check_gradients(problem.gradients, expected.gradients);
      check_gradients(problem.distance_key_gradients, expected.distance_key_gradients);
      check_gradients(problem.distance_query_gradients, expected.distance_query_gradients);
      check_gradients(problem.distance_bias_gradients, expected.distance_bias_gradients);
    });
  }
}

TEST_CASE("attention with a window and rotary positions is bit-identical at any number of threads") {
  Problem<float, float> problem({{40, 3, 129, 700}, 4, 2, 32, false, false, 0, 0.1, 20, true});
  const int before = omp_get_max_threads();
  for_each_level([&] {
    std::vector<float> out, gradients;
    for (const int threads : {1, 2, 3}) {
      omp_set_num_threads(threads);
      problem.run();
      if (threads == 1) {
        out = problem.out;
        gradients = problem.gradients;
      }
      CHECK(problem.out == out);
      CHECK(problem.gradients == gradients);
    }
  });
  omp_set_num_threads(before);
}

TEST_CASE("rotary positions begin at 0 in each sequence of a pack") {
  Problem<float, float> packed({{5, 40}, 2, 2, 8, false, false, 0, 0, 6, true});
  Problem<float, float> alone({{40}, 2, 2, 8, false, false, 0, 0, 6, true});
  std::copy(packed.qkv.begin() + 5 * packed.width, packed.qkv.end(), alone.qkv.begin());
  std::copy(packed.out_gradient.begin() + 5 * packed.out_width, packed.out_gradient.end(), alone.out_gradient.begin());
  for_each_level([&] {
    packed.run();
    alone.run();
    CHECK(std::equal(alone.out.begin(), alone.out.end(), packed.out.begin() + 5 * packed.out_width));
    CHECK(std::equal(alone.gradients.begin(), alone.gradients.end(), packed.gradients.begin() + 5 * packed.width));
  });
}

TEST_CASE("a key outside the window changes nothing") {
  Problem<float, float> problem({{700}, 1, 1, 16, false, false, 0, 0, 10});
  for_each_level([&] {
    problem.run();
    const std::vector<float> out = problem.out, qkv = problem.qkv;
    for (int64_t token = 0; token < 700; ++token) {
      if (std::abs(token - 600) <= 10) continue;
      for (int64_t d = 16; d < 48; ++d) problem.qkv[static_cast<size_t>(token * 48 + d)] = 1e30F;
    }
    problem.run();
    for (size_t d = 0; d < 16; ++d) CHECK(problem.out[600 * 16 + d] == out[600 * 16 + d]);
    problem.qkv = qkv;
  });
}

TEST_CASE("attention to other sequences is bit-identical at any number of threads, and in any batch") {
  Shape shape{{40, 3, 129}, 4, 2, 32, false, false, 0, 0.1};
  shape.key_lengths = {9, 700, 33};
  Problem<float, float> problem(shape);
  const int before = omp_get_max_threads();
  for_each_level([&] {
    omp_set_num_threads(1);
    problem.run();
    const Problem<float, float> alone = problem;
    for (const int threads : {2, 3}) {
      omp_set_num_threads(threads);
      problem.run();
      CHECK(problem.out == alone.out);
      CHECK(problem.gradients == alone.gradients);
      CHECK(problem.kv_gradients == alone.kv_gradients);
    }
  });
  omp_set_num_threads(before);
  Shape first = shape;
  first.lengths = {40};
  first.key_lengths = {9};
  Problem<float, float> of_first(first);
  std::copy_n(problem.qkv.begin(), of_first.qkv.size(), of_first.qkv.begin());
  std::copy_n(problem.kv.begin(), of_first.kv.size(), of_first.kv.begin());
  for_each_level([&] {
    problem.run();
    of_first.run();
    CHECK(std::equal(of_first.out.begin(), of_first.out.end(), problem.out.begin()));
  });
}

TEST_CASE("attention is bit-identical from run to run") {
  Problem<float, float> problem({{40, 3, 129, 64}, 4, 2, 32, true, false, 0, 0.1});
  for_each_level([&] {
    problem.run();
    const std::vector<float> out = problem.out, gradients = problem.gradients;
    problem.run();
    CHECK(problem.out == out);
    CHECK(problem.gradients == gradients);
  });
}

TEST_CASE("attention with terms of distances has the same bits at any number of threads") {
  Problem<float, float> problem(
      {{40, 3, 129, 64, 700, 300, 900}, 3, 3, 32, false, false, 0, 0.1, kWholeSequence, false, true, true, true, 40});
  const int before = omp_get_max_threads();
  for_each_vector_level([&] {
    omp_set_num_threads(1);
    problem.run();
    const Problem<float, float> alone = problem;
    for (const int threads : {2, 3, 7}) {
      omp_set_num_threads(threads);
      problem.run();
      CHECK(problem.out == alone.out);
      CHECK(problem.gradients == alone.gradients);
      CHECK(problem.distance_key_gradients == alone.distance_key_gradients);
      CHECK(problem.distance_query_gradients == alone.distance_query_gradients);
      CHECK(problem.distance_bias_gradients == alone.distance_bias_gradients);
    }
  });
  omp_set_num_threads(before);
}

TEST_CASE("the output of a query without visible keys is 0, and its gradient is 0") {
  Problem<float, float> problem({{20, 5}, 2, 2, 16, false, true});
  std::fill(problem.key_mask.begin(), problem.key_mask.begin() + 20, uint8_t{0});
  for_each_level([&] {
    problem.run();
    for (int64_t i = 0; i < 20 * problem.out_width; ++i) CHECK(problem.out[static_cast<size_t>(i)] == 0);
    for (int64_t i = 0; i < 20 * problem.width; ++i) CHECK(problem.gradients[static_cast<size_t>(i)] == 0);
    CHECK(std::isinf(problem.logsumexp[0]));
  });
}

TEST_CASE("NaN in the input reaches the output") {
  Problem<float, float> problem({{20, 5}, 1, 1, 16});
  problem.qkv[3] = std::nanf("");
  for_each_level([&] {
    problem.run();
    CHECK(std::isnan(problem.out[0]));
    CHECK(std::isnan(problem.gradients[0]));
    CHECK_FALSE(std::isnan(problem.out[problem.out.size() - 1]));
  });
}

TEST_CASE("large scores do not overflow") {
  Problem<float, float> problem({{70}, 1, 1, 8});
  for (float& value : problem.qkv) value *= 200;
  const Problem<double, double> expected = exact(problem);
  for_each_level([&] {
    problem.run();
    CHECK(relative_difference(to_doubles(problem.out), to_doubles(expected.out)) < 1e-3);
  });
}

TEST_CASE("invalid shapes are internal errors") {
  Problem<float, float> problem({{4}, 3, 2, 8});
  CHECK(expect_error([&] { problem.run(); }).kind() == ErrorKind::kInternal);
  Problem<float, float> wide({{4}, 1, 1, 257});
  CHECK(contains(expect_error([&] { wide.run(); }).what(), "1 to 256 wide"));
  Problem<float, float> unscaled({{4}, 1, 1, 8});
  unscaled.rules.scale = 0;
  CHECK(contains(expect_error([&] { unscaled.run(); }).what(), "positive scale"));
  Shape crossed{{4}, 1, 1, 8, /*causal=*/true};
  crossed.key_lengths = {3};
  Problem<float, float> causal(crossed);
  CHECK(contains(expect_error([&] { causal.run(); }).what(), "queries see all keys of another batch"));
}

TEST_CASE("attention throws bad_alloc if its threads get no memory, and works as before afterwards") {
  const int before = omp_get_max_threads();
  const std::vector<int64_t> too_long{0, int64_t{1} << 40};  // a petabyte
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    for_each_vector_level([&] {
      Problem<float, float> problem({{5, 33}, 4, 4, 256});
      problem.run();
      const std::vector<float> out = problem.out, gradients = problem.gradients;
      const int64_t* const offsets = problem.rules.offsets;
      problem.rules.offsets = too_long.data();
      problem.rules.num_sequences = 1;
      CHECK_THROWS_AS(attention_forward(problem.rules, problem.inputs(), HeadRows<float>{}, problem.logsumexp.data()),
                      std::bad_alloc);
      CHECK_THROWS_AS(attention_backward(problem.rules, problem.inputs(), problem.results(), problem.into()),
                      std::bad_alloc);
      problem.rules.offsets = offsets;
      problem.rules.num_sequences = 2;
      problem.run();
      CHECK(problem.out == out);
      CHECK(problem.gradients == gradients);
    });
  }
  omp_set_num_threads(before);
}

}  // namespace
}  // namespace hone::kernel
