// Tests the reference against hand calculations and finite differences. attention_test.cpp tests the kernels with it.
#include <doctest/doctest.h>

#include "kernel/attention_problem.h"

namespace hone::kernel {
namespace {

TEST_CASE("the reference's gradients equal finite differences of its output") {
  for (const Shape& shape :
       {Shape{.lengths = {3, 1, 6},
              .num_heads = 4,
              .num_kv_heads = 2,
              .head_width = 3,
              .p = 0.3,
              .has_distance_keys = true,
              .has_distance_queries = true,
              .has_distance_bias = true,
              .span = 1},
        Shape{.lengths = {5, 1, 7},
              .num_heads = 2,
              .num_kv_heads = 1,
              .head_width = 4,
              .p = 0.1,
              .window = 2,
              .turns = true,
              .has_distance_keys = true,
              .has_distance_queries = true,
              .has_distance_bias = true,
              .span = 3},
        Shape{{3, 1, 6}, 4, 2, 3, false, false, 0, 0.3}, Shape{{5, 4}, 2, 1, 4, true, true, 2, 0.1},
        Shape{{7}, 1, 1, 5, false, true, 1, 0}, Shape{{7, 2}, 2, 1, 4, false, false, 0, 0.2, 2, true},
        Shape{.lengths = {3, 1, 6},
              .num_heads = 4,
              .num_kv_heads = 2,
              .head_width = 3,
              .p = 0.3,
              .key_lengths = {2, 5, 1}},
        Shape{.lengths = {4, 2},
              .num_heads = 1,
              .num_kv_heads = 1,
              .head_width = 5,
              .masks_keys = true,
              .key_lengths = {1, 7}}}) {
    Problem<double, double> problem(shape);
    problem.run_reference();
    const auto check = [&](std::vector<double>& values, const std::vector<double>& gradients) {
      const double step = 1e-5;
      for (size_t i = 0; i < values.size(); ++i) {
        const double value = values[i];
        values[i] = value + step;
        const double above = problem.objective();
        values[i] = value - step;
        const double below = problem.objective();
        values[i] = value;
        CHECK(gradients[i] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-6).scale(1));
      }
    };
    check(problem.qkv, problem.gradients);
    check(problem.kv, problem.kv_gradients);
    check(problem.distance_keys, problem.distance_key_gradients);
    check(problem.distance_queries, problem.distance_query_gradients);
    check(problem.distance_bias, problem.distance_bias_gradients);
  }
}

TEST_CASE("one query of two keys equals the hand calculation") {
  const std::vector<int64_t> offsets{0, 2};
  const double weight = 1 / (1 + std::exp(-1.0));  // softmax of the scores 1 and 0
  const std::vector<double> q{1, 0}, k{1, 0}, v{10, 20};
  std::vector<double> out(2), logsumexp(2);
  const AttentionRules rules{
      .offsets = offsets.data(), .num_sequences = 1, .num_heads = 1, .num_kv_heads = 1, .head_width = 1};
  attention_forward_reference<double, double>(rules, {{q.data(), 1}, {k.data(), 1}, {v.data(), 1}}, {out.data(), 1},
                                              logsumexp.data());
  CHECK(out[0] == doctest::Approx(weight * 10 + (1 - weight) * 20));
  CHECK(out[1] == doctest::Approx(15));
  CHECK(logsumexp[0] == doctest::Approx(std::log(std::exp(1.0) + 1)));
}

TEST_CASE("dropout draws the elements that the header names") {
  const std::vector<int64_t> offsets{0, 3, 5};
  const RandomStream stream{42, 7, 1, 3};
  const std::vector<double> q(5 * 2), k(5 * 2), v(5 * 2, 1.0);  // two heads of width 1; all scores are 0
  std::vector<double> out(5 * 2), logsumexp(2 * 5);
  const AttentionRules rules{.offsets = offsets.data(),
                             .num_sequences = 2,
                             .num_heads = 2,
                             .num_kv_heads = 2,
                             .head_width = 1,
                             .p = 0.5,
                             .stream = stream};
  attention_forward_reference<double, double>(rules, {{q.data(), 2}, {k.data(), 2}, {v.data(), 2}}, {out.data(), 2},
                                              logsumexp.data());
  uint64_t first = 0;
  for (const auto& [begin, length] : {std::pair<size_t, size_t>{0, 3}, {3, 2}}) {
    for (size_t head = 0; head < 2; ++head) {
      for (size_t query = 0; query < length; ++query) {
        double expected = 0;
        for (size_t key = 0; key < length; ++key) {
          const bool is_kept = stream.word(first + (head * length + query) * 4 + key) >= 0x80000000u;
          expected += is_kept ? 2.0 / static_cast<double>(length) : 0;
        }
        CHECK(out[(begin + query) * 2 + head] == doctest::Approx(expected));
      }
    }
    first += 2 * length * 4;
  }
}

}  // namespace
}  // namespace hone::kernel
