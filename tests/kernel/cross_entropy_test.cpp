#include "kernel/cross_entropy.h"

#include <doctest/doctest.h>

#include <limits>

#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

template <typename S>
struct Rows {
  Rows(int64_t rows, int64_t classes, double smoothing, double scale = 4)
      : shape{rows, classes, -100, smoothing},
        logits(sample<S>(rows * classes, 1, scale)),
        gradient(logits.size()),
        losses(static_cast<size_t>(rows)),
        logsumexp(losses.size()) {
    for (int64_t t = 0; t < rows; ++t) targets.push_back(t % 4 == 3 ? -100 : t * 7 % classes);
  }

  void run(double factor = 1) {
    cross_entropy_forward<S>(shape, logits.data(), targets.data(), losses.data(), logsumexp.data());
    cross_entropy_backward<S>(shape, logits.data(), targets.data(), logsumexp.data(), factor, gradient.data());
  }

  CrossEntropyShape shape;
  std::vector<S> logits, gradient;
  std::vector<double> losses;
  std::vector<Computed<S>> logsumexp;
  std::vector<int64_t> targets;
};

template <typename S>
void check_against_reference(int64_t rows, int64_t classes, double smoothing, double scale) {
  INFO("rows ", rows, " classes ", classes, " smoothing ", smoothing, " scale ", scale);
  Rows<double> exact(rows, classes, smoothing, scale);
  Rows<S> got(rows, classes, smoothing, scale);
  exact.run(0.25);
  got.run(0.25);
  CHECK(worst_error(got.losses, exact.losses, 1) < 1e-6);
  CHECK(worst_error(got.gradient, exact.gradient, 0.1) < 1e-5 + kRounding<S>);
}

TEST_CASE("cross-entropy equals the double reference at every level, number of classes and of rows") {
  for (const int64_t classes : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 1000, 10007}) {
    for (const int64_t rows : kTestRows) {
      for (const double smoothing : {0.0, 0.1}) {
        if (rows * classes > 200000) continue;
        for_each_level([&] {
          check_against_reference<float>(rows, classes, smoothing, 4);
          check_against_reference<BFloat16>(rows, classes, smoothing, 4);
        });
      }
    }
  }
}

TEST_CASE("cross-entropy of large and tiny logits equals the reference") {
  for (const double scale : {1e-30, 100.0, 1e5}) {
    for_each_level([&] { check_against_reference<float>(5, 33, 0.1, scale); });
  }
}

TEST_CASE("a hand calculation: logits ln 1, ln 2, ln 5 have the probabilities 1/8, 1/4, 5/8") {
  for_each_level([] {
    const std::vector<float> logits{0, std::log(2.0F), std::log(5.0F)};
    const std::vector<int64_t> targets{1};
    std::vector<double> losses(1);
    std::vector<float> logsumexp(1), gradient(3);
    cross_entropy_forward<float>({1, 3}, logits.data(), targets.data(), losses.data(), logsumexp.data());
    CHECK(losses[0] == doctest::Approx(std::log(4.0)));
    cross_entropy_backward<float>({1, 3}, logits.data(), targets.data(), logsumexp.data(), 2, gradient.data());
    CHECK(gradient[0] == doctest::Approx(0.25));
    CHECK(gradient[1] == doctest::Approx(-1.5));
    CHECK(gradient[2] == doctest::Approx(1.25));
  });
}

TEST_CASE("a logit of minus infinity has probability 0, and NaN affects only its row") {
  for_each_level([] {
    Rows<float> rows(3, 19, 0);
    rows.logits[19 + 16] = std::nanf("");
    rows.logits[18] = -std::numeric_limits<float>::infinity();
    rows.run();
    CHECK(std::isfinite(rows.losses[0]));
    CHECK(rows.gradient[18] == 0);
    CHECK(std::isnan(rows.losses[1]));
    CHECK(std::isnan(rows.gradient[19 + 5]));
    CHECK(std::isfinite(rows.losses[2]));
  });
}

TEST_CASE("the gradient may be written over the logits, and is bit-identical from run to run") {
  for_each_level([] {
    Rows<BFloat16> rows(97, 1000, 0.1);
    rows.run();
    std::vector<BFloat16> logits = rows.logits;
    cross_entropy_backward<BFloat16>(rows.shape, logits.data(), rows.targets.data(), rows.logsumexp.data(), 1,
                                     logits.data());
    CHECK(worst_error(logits, rows.gradient, 1e-30) == 0);
  });
}

}  // namespace
}  // namespace hone::kernel
