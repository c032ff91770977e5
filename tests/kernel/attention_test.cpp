#include "kernel/attention.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "expect_error.h"
#include "kernel/each_level.h"
#include "kernel/tile_product.h"

namespace hone::kernel {
namespace {

struct Shape {
  std::vector<int64_t> lengths;
  int64_t num_heads = 1, num_kv_heads = 1, head_width = 1;
  bool causal = false, masks_keys = false;
  int bias_heads = 0;  // 0: no bias
  double p = 0;
};

template <typename T>
std::vector<T> random_values(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<T> values(count);
  for (T& value : values) value = rounded_to<T>(normal(generator));
  return values;
}

// Inputs, outputs and gradients of one shape; q, k and v are parts of one matrix, as one product gives them.
template <typename T, typename Sum>
struct Problem {
  explicit Problem(const Shape& shape_) : shape(shape_) {
    offsets = {0};
    int64_t longest = 0;
    for (const int64_t length : shape.lengths) {
      offsets.push_back(offsets.back() + length);
      longest = std::max(longest, length);
    }
    tokens = offsets.back();
    width = (shape.num_heads + 2 * shape.num_kv_heads) * shape.head_width;
    out_width = shape.num_heads * shape.head_width;
    qkv = random_values<T>(static_cast<size_t>(tokens * width), 1);
    out_gradient = random_values<T>(static_cast<size_t>(tokens * out_width), 2);
    out.resize(static_cast<size_t>(tokens * out_width));
    gradients.resize(qkv.size());
    logsumexp.resize(static_cast<size_t>(tokens * shape.num_heads));
    bias = random_values<float>(static_cast<size_t>(shape.bias_heads * longest * longest), 3);
    for (int64_t i = 0; i < tokens; ++i) key_mask.push_back(i % 3 != 1);
    rules = {.offsets = offsets.data(),
             .num_sequences = static_cast<int64_t>(shape.lengths.size()),
             .num_heads = shape.num_heads,
             .num_kv_heads = shape.num_kv_heads,
             .head_width = shape.head_width,
             .scale = 1 / std::sqrt(static_cast<float>(shape.head_width)),
             .causal = shape.causal,
             .p = shape.p,
             .stream = {42, 7, 1, 3}};
    if (shape.masks_keys) rules.key_mask = key_mask.data();
    if (shape.bias_heads > 0) {
      rules.bias = bias.data();
      rules.bias_head_stride = shape.bias_heads > 1 ? longest * longest : 0;
      rules.bias_query_stride = longest;
    }
  }

  template <typename U>
  HeadRows<U> part(std::vector<T>& values, int64_t first_head) const {
    return {values.data() + first_head * shape.head_width, width};
  }
  AttentionInputs<T> inputs() {
    return {part<const T>(qkv, 0), part<const T>(qkv, shape.num_heads),
            part<const T>(qkv, shape.num_heads + shape.num_kv_heads)};
  }
  AttentionResults<T, Sum> results() {
    return {{out.data(), out_width}, {out_gradient.data(), out_width}, logsumexp.data()};
  }
  AttentionGradients<T> into() {
    return {part<T>(gradients, 0), part<T>(gradients, shape.num_heads),
            part<T>(gradients, shape.num_heads + shape.num_kv_heads)};
  }

  void run() {
    attention_forward(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    attention_backward(rules, inputs(), results(), into());
  }
  void run_reference() {
    attention_forward_reference(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    attention_backward_reference(rules, inputs(), results(), into());
  }

  // The scalar that the gradients are of.
  Sum objective() {
    attention_forward_reference(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    Sum sum = 0;
    for (size_t i = 0; i < out.size(); ++i) sum += to_float(out[i]) * to_float(out_gradient[i]);
    return sum;
  }

  Shape shape;
  std::vector<int64_t> offsets;
  int64_t tokens = 0, width = 0, out_width = 0;
  std::vector<T> qkv, out, out_gradient, gradients;
  std::vector<Sum> logsumexp;
  std::vector<float> bias;
  std::vector<uint8_t> key_mask;
  AttentionRules rules;
};

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
  all.push_back({{}, 2, 2, 32});
  all.push_back({{12, 9}, 2, 2, 32, false, false, 0, 1.0});  // everything is dropped
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

// The largest difference, as a share of the largest expected value.
double relative_difference(const std::vector<double>& found, const std::vector<double>& expected) {
  double worst = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst / std::max(1e-30, largest_magnitude(expected));
}

std::string describe(const Shape& shape) {
  return fmt::format("lengths {}, heads {}/{} of {}, causal {}, key mask {}, bias heads {}, p {}",
                     fmt::join(shape.lengths, " "), shape.num_heads, shape.num_kv_heads, shape.head_width, shape.causal,
                     shape.masks_keys, shape.bias_heads, shape.p);
}

// The same problem in double, with the same (rounded) inputs.
template <typename T, typename Sum>
Problem<double, double> exact(const Problem<T, Sum>& problem) {
  Problem<double, double> result(problem.shape);
  result.qkv = to_doubles(problem.qkv);
  result.out_gradient = to_doubles(problem.out_gradient);
  result.run_reference();
  return result;
}

template <typename T>
void compare_with_reference(double tolerance) {
  for (const Shape& shape : shapes()) {
    Problem<T, float> problem(shape);
    Problem<double, double> expected = exact(problem);
    for_each_level([&] {
      if (sizeof(T) == 2 && cpu_level() > CpuLevel::kScalar && !has_native_bf16()) return;
      const std::string text = describe(shape);
      INFO(text);
      problem.run();
      CHECK(relative_difference(to_doubles(problem.out), to_doubles(expected.out)) < tolerance);
      CHECK(relative_difference(to_doubles(problem.gradients), to_doubles(expected.gradients)) < tolerance);
    });
  }
}

TEST_CASE("attention in float equals its reference in double, forward and backward, at every level") {
  compare_with_reference<float>(5e-6);
}

TEST_CASE("attention in bfloat16 is as near to its reference as the format allows") {
  compare_with_reference<BFloat16>(1.5e-2);
}

TEST_CASE("the reference's gradients are those of its output, by finite differences") {
  for (const Shape& shape : {Shape{{3, 1, 6}, 4, 2, 3, false, false, 0, 0.3},
                             Shape{{5, 4}, 2, 1, 4, true, true, 2, 0.1}, Shape{{7}, 1, 1, 5, false, true, 1, 0}}) {
    Problem<double, double> problem(shape);
    problem.run_reference();
    const std::vector<double> gradients = problem.gradients;
    const double step = 1e-5;
    for (size_t i = 0; i < problem.qkv.size(); ++i) {
      const double value = problem.qkv[i];
      problem.qkv[i] = value + step;
      const double above = problem.objective();
      problem.qkv[i] = value - step;
      const double below = problem.objective();
      problem.qkv[i] = value;
      CHECK(gradients[i] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-6).scale(1));
    }
  }
}

TEST_CASE("attention gives the same bits from run to run") {
  Problem<float, float> problem({{40, 3, 129, 64}, 4, 2, 32, true, false, 0, 0.1});
  for_each_level([&] {
    problem.run();
    const std::vector<float> out = problem.out, gradients = problem.gradients;
    problem.run();
    CHECK(problem.out == out);
    CHECK(problem.gradients == gradients);
  });
}

TEST_CASE("a query that sees no key gives zeros and gets no gradient") {
  Problem<float, float> problem({{20, 5}, 2, 2, 16, false, true});
  std::fill(problem.key_mask.begin(), problem.key_mask.begin() + 20, uint8_t{0});
  for_each_level([&] {
    problem.run();
    for (int64_t i = 0; i < 20 * problem.out_width; ++i) CHECK(problem.out[static_cast<size_t>(i)] == 0);
    for (int64_t i = 0; i < 20 * problem.width; ++i) CHECK(problem.gradients[static_cast<size_t>(i)] == 0);
    CHECK(std::isinf(problem.logsumexp[0]));
  });
}

TEST_CASE("NaN does not vanish") {
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

TEST_CASE("impossible shapes are bugs") {
  Problem<float, float> problem({{4}, 3, 2, 8});
  CHECK(expect_error([&] { problem.run(); }).kind() == ErrorKind::kInternal);
  Problem<float, float> wide({{4}, 1, 1, 257});
  CHECK(contains(expect_error([&] { wide.run(); }).what(), "1 to 256 wide"));
  Problem<float, float> unscaled({{4}, 1, 1, 8});
  unscaled.rules.scale = 0;
  CHECK(contains(expect_error([&] { unscaled.run(); }).what(), "positive scale"));
}

}  // namespace
}  // namespace hone::kernel
