#include "search/parzen.h"

#include <cmath>
#include <numeric>

#include "search/fixture.h"
#include "search/truncated_normal.h"

namespace parzen_test {

using namespace hone;
using namespace hone::search;

// sampler_test compares whole proposals with Optuna's; here are the properties of the parts.
TEST_CASE("weights by age: the last 25 trials count fully, the others on a ramp from 1/n") {
  CHECK(age_weights(0).empty());
  CHECK(age_weights(24) == std::vector<double>(24, 1.0));
  const std::vector<double> weights = age_weights(45);
  CHECK(weights[0] == doctest::Approx(1.0 / 45));
  CHECK(weights[19] == doctest::Approx(1));
  CHECK(weights[20] == 1);
  CHECK(weights[10] == doctest::Approx(1.0 / 45 + (1 - 1.0 / 45) * 10 / 19));
}

TEST_CASE("the kernels of choices are smoothed, and each sums to 1") {
  CHECK(choice_kernels({}, 4) == std::vector<std::vector<double>>{{0.25, 0.25, 0.25, 0.25}});
  const auto kernels = choice_kernels({2}, 3);
  REQUIRE(kernels.size() == 2);
  CHECK(kernels[0][2] == doctest::Approx(1.5 / 2.5));
  CHECK(kernels[1][0] == doctest::Approx(1.0 / 3));
}

TEST_CASE("densities integrate to 1 over their range") {
  const auto integral = [](const Distribution& distribution, const std::vector<double>& observed) {
    const ParzenEstimator estimator({distribution}, {observed});
    double sum = 0;
    if (distribution.step) {
      for (double x = distribution.low; x <= distribution.high; x += *distribution.step) {
        sum += std::exp(estimator.log_density({x}));
      }
      return sum;
    }
    const KernelLimits limits = kernel_limits(distribution);
    constexpr int kCells = 4000;
    for (int i = 0; i < kCells; ++i) {
      const double u = limits.low + (limits.high - limits.low) * (i + 0.5) / kCells;
      sum +=
          std::exp(estimator.log_density({distribution.log ? std::exp(u) : u})) * (limits.high - limits.low) / kCells;
    }
    return sum;
  };
  CHECK(integral(Distribution::number(-1, 3), {0.1, 0.2, 2.9}) == doctest::Approx(1).epsilon(1e-5));
  CHECK(integral(Distribution::number(1e-6, 1e-2, true), {1e-5, 3e-4}) == doctest::Approx(1).epsilon(1e-5));
  CHECK(integral(Distribution::integer(2, 18, false, 4), {2, 2, 10}) == doctest::Approx(1));
  CHECK(integral(Distribution::integer(1, 40, true), {3, 17}) == doctest::Approx(1));
  CHECK(integral(Distribution::number(0, 1), {}) == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("samples stay in the range and follow the observations") {
  const ParzenEstimator estimator({Distribution::number(0, 1), Distribution::categorical({"a", "b", "c"})},
                                  {std::vector<double>(20, 0.75), std::vector<double>(20, 2.0)});
  RandomState random(1);
  double sum = 0;
  int num_c = 0;
  for (const std::vector<double>& point : estimator.sample(random, 500)) {
    REQUIRE(point[0] >= 0);
    REQUIRE(point[0] <= 1);
    sum += point[0];
    num_c += point[1] == 2 ? 1 : 0;
  }
  CHECK(sum / 500 == doctest::Approx(0.73).epsilon(0.05));
  CHECK(num_c > 400);
}

// Values of scipy.stats: norm.logcdf, truncnorm.ppf, truncnorm.logpdf.
TEST_CASE("the truncated normal is exact in its tails") {
  CHECK(log_normal_cdf(-1) == doctest::Approx(-1.8410216450092636).epsilon(1e-12));
  CHECK(log_normal_cdf(-40) == doctest::Approx(-804.6084420137538).epsilon(1e-12));
  CHECK(log_normal_cdf(7) == doctest::Approx(-1.279812543885835e-12).epsilon(1e-9));
  CHECK(truncated_normal_quantile(0.5, -1, 2) == doctest::Approx(0.17116391801782482).epsilon(1e-9));
  CHECK(truncated_normal_quantile(0.5, 10, 12) == doctest::Approx(10.068411836058495).epsilon(1e-9));
  CHECK(truncated_normal_log_density(0.5, -1, 2) == doctest::Approx(-0.84377223888021).epsilon(1e-9));
  CHECK(truncated_normal_quantile(0, -1, 2) == -1);
  CHECK(truncated_normal_quantile(1, -1, 2) == 2);
  CHECK(std::isnan(truncated_normal_quantile(0.5, 1, 1)));
  CHECK(truncated_normal_log_density(3, -1, 2) == -INFINITY);
  CHECK(std::isnan(truncated_normal_log_density(1, 1, 1)));
  CHECK(log_weighted_sum({0.25, 0.75}, {std::log(4.0), std::log(8.0)}) == doctest::Approx(std::log(7.0)));
  CHECK(std::exp(log_number_kernel(Distribution::number(0, 1), 0.5, 0.5, 1e6)) == doctest::Approx(1));
}

}  // namespace parzen_test
