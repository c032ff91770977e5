// Expected values: the papers' formulas in double.
#include "kernel/adam.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

struct State {
  std::vector<float> parameter, gradient, mean, mean_square;
};

State random_state(size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  State state;
  for (size_t i = 0; i < size; ++i) {
    state.parameter.push_back(normal(generator));
    state.gradient.push_back(normal(generator) * 0.01F);
    state.mean.push_back(normal(generator) * 0.01F);
    state.mean_square.push_back(1e-4F * std::abs(normal(generator)));
  }
  return state;
}

AdamArray view(State& state) {
  return {state.parameter.data(), state.gradient.data(), state.mean.data(), state.mean_square.data(),
          static_cast<int64_t>(state.parameter.size())};
}

// A row after the step: parameter, mean, mean square.
struct Expected {
  double parameter, mean, mean_square;
};

Expected expected_element(const State& state, size_t i, const AdamArray& array, const AdamRules& rules) {
  double parameter = state.parameter[i], gradient = state.gradient[i] * rules.gradient_factor;
  if (rules.decoupled_weight_decay) {
    parameter *= 1 - rules.learning_rate * array.weight_decay;
  } else {
    gradient += array.weight_decay * parameter;
  }
  const double mean = rules.beta1 * state.mean[i] + (1 - rules.beta1) * gradient;
  const double square = rules.beta2 * state.mean_square[i] + (1 - rules.beta2) * gradient * gradient;
  const double corrected_mean = mean / (1 - std::pow(rules.beta1, array.steps));
  const double corrected_square = square / (1 - std::pow(rules.beta2, array.steps));
  return {parameter - rules.learning_rate * corrected_mean / (std::sqrt(corrected_square) + rules.epsilon), mean,
          square};
}

bool is_close(float value, double expected, double scale) { return std::abs(value - expected) <= 4e-7 * scale; }

void check_step(size_t size, const AdamRules& rules) {
  State first = random_state(3, 1), state = random_state(size, 2);
  const State before = state;
  AdamArray array = view(state);
  array.weight_decay = 0.1;
  array.steps = 3;
  const std::vector<AdamArray> arrays = {view(first), array};
  adam_step(arrays, rules);
  bool all_close = true;
  for (size_t i = 0; i < size; ++i) {
    const Expected expected = expected_element(before, i, array, rules);
    all_close = all_close && is_close(state.parameter[i], expected.parameter, 1 + std::abs(expected.parameter)) &&
                is_close(state.mean[i], expected.mean, 0.05 + std::abs(expected.mean)) &&
                is_close(state.mean_square[i], expected.mean_square, 1e-3 + expected.mean_square) &&
                state.gradient[i] == before.gradient[i];
  }
  CHECK(all_close);
}

TEST_CASE("a step over arrays of many sizes equals the papers' formulas at every level") {
  for (const size_t size : {0, 1, 7, 8, 15, 16, 17, 1000, 1000003}) {
    INFO("size ", size);
    for_each_level([&] {
      check_step(size, {.learning_rate = 0.01});
      check_step(size, {.learning_rate = 0.01, .decoupled_weight_decay = false, .gradient_factor = 0.25});
      check_step(size, {.learning_rate = 0.01, .beta1 = 0, .beta2 = 0.5, .epsilon = 1e-3, .gradient_factor = 3});
    });
  }
}

TEST_CASE("a step is bit-identical at any number of threads") {
  const State start = random_state(100003, 3), other_start = random_state(40001, 4);
  const int threads_before = omp_get_max_threads();
  const auto step = [&](int threads) {
    omp_set_num_threads(threads);
    State state = start, other = other_start;
    adam_step(std::vector<AdamArray>{view(state), view(other)}, {.learning_rate = 0.01, .gradient_factor = 0.3});
    state.parameter.insert(state.parameter.end(), other.parameter.begin(), other.parameter.end());
    state.parameter.insert(state.parameter.end(), state.mean.begin(), state.mean.end());
    return state.parameter;
  };
  for_each_level([&] {
    const std::vector<float> expected = step(1);
    for (const int threads : {2, 3, 5}) CHECK(step(threads) == expected);
  });
  omp_set_num_threads(threads_before);
}

TEST_CASE("moments never become denormal numbers, which are slow on some processors") {
  for_each_level([] {
    State state{std::vector<float>(19, 1.0F), std::vector<float>(19, 0.0F), std::vector<float>(19, 2e-38F),
                std::vector<float>(19, 2e-38F)};
    for (int step = 1; step <= 20; ++step) {
      AdamArray array = view(state);
      array.steps = step;
      adam_step(std::vector<AdamArray>{array}, {.learning_rate = 0.01});
    }
    for (const float mean : state.mean) CHECK(std::fpclassify(mean) != FP_SUBNORMAL);
  });
}

// A state in which only some rows of 96 elements ever had a gradient, as those of an embedding.
State sparse_state(unsigned seed) {
  State state = random_state(96 * 1000 + 5, seed);
  for (size_t i = 0; i < state.parameter.size(); ++i) {
    const size_t row = i / 96;
    if (row % 7 != 0) state.gradient[i] = row % 2 == 0 ? 0.0F : -0.0F;
    if (row % 11 != 0) state.mean[i] = state.mean_square[i] = 0;
  }
  return state;
}

std::vector<float> all_of(const State& state) {
  std::vector<float> all = state.parameter;
  all.insert(all.end(), state.mean.begin(), state.mean.end());
  all.insert(all.end(), state.mean_square.begin(), state.mean_square.end());
  return all;
}

// Takes steps whose gradients have other rows each time, with flags or without.
std::vector<float> after_steps(const AdamRules& rules, bool with_flags) {
  State state = sparse_state(5);
  std::vector<uint8_t> flags(static_cast<size_t>(num_adam_blocks(static_cast<int64_t>(state.parameter.size()))));
  AdamArray array = view(state);
  array.weight_decay = 0.1;
  if (with_flags) {
    array.has_zero_moments = flags.data();
    find_zero_moments(array);
    CHECK(std::count(flags.begin(), flags.end(), 1) > 100);
  }
  for (int step = 1; step <= 4; ++step) {
    array.steps = step;
    adam_step(std::vector<AdamArray>{array}, rules);
    std::rotate(state.gradient.begin(), state.gradient.begin() + 96, state.gradient.end());
  }
  return all_of(state);
}

TEST_CASE("flags of zero moments change no bit of a step") {
  for_each_level([&] {
    for (const AdamRules& rules : {AdamRules{.learning_rate = 0.01, .gradient_factor = 0.3},
                                   AdamRules{.learning_rate = 0.01, .decoupled_weight_decay = false}}) {
      CHECK(after_steps(rules, true) == after_steps(rules, false));
    }
  });
}

TEST_CASE("an infinite factor or an epsilon of 0 reaches every element, flags or not") {
  for_each_level([&] {
    for (const AdamRules& rules : {AdamRules{.learning_rate = 0.01, .gradient_factor = INFINITY},
                                   AdamRules{.learning_rate = 0.01, .epsilon = 0}}) {
      State state{{1}, {0}, {0}, {0}};
      uint8_t flag = 1;
      AdamArray array = view(state);
      array.has_zero_moments = &flag;
      adam_step(std::vector<AdamArray>{array}, rules);
      CHECK(std::isnan(state.parameter[0]));
    }
  });
}

TEST_CASE("NaN among the gradients of zero moments reaches its parameter") {
  for_each_level([] {
    State state{std::vector<float>(200, 1.0F), std::vector<float>(200), std::vector<float>(200),
                std::vector<float>(200)};
    state.gradient[150] = NAN;
    std::vector<uint8_t> flags(2, 1);
    AdamArray array = view(state);
    array.has_zero_moments = flags.data();
    adam_step(std::vector<AdamArray>{array}, {.learning_rate = 0.01});
    CHECK(std::isnan(state.parameter[150]));
    CHECK(state.parameter[149] == 1);
    CHECK(flags == std::vector<uint8_t>{1, 0});
  });
}

TEST_CASE("a step over no arrays does not crash") {
  for_each_level([] { adam_step({}, {}); });
}

}  // namespace
}  // namespace hone::kernel
