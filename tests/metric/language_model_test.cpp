#include "metric/language_model.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

namespace language_model_test {

using namespace hone;

TEST_CASE("perplexity is e to the mean loss of a token, bits per byte count the bytes of the text") {
  const std::vector<metric::WindowSums> windows = {{std::log(16.0), 2, 3}, {std::log(4.0), 1, 5}};
  const metric::Report report = metric::language_model_report(windows, metric::language_model_metrics());
  CHECK(report.loss == doctest::Approx(std::log(64.0) / 3));
  CHECK(report.value("perplexity") == doctest::Approx(4));
  CHECK(report.value("bits_per_byte") == doctest::Approx(6.0 / 8));
  CHECK(report.num_rows == 2);
  CHECK(report.num_targets == 3);
  const std::array<uint32_t, 2> counts = {2, 0};
  const std::vector<double> values =
      metric::language_model_resampler(windows, metric::language_model_metrics())(metric::RowCounts(counts));
  CHECK(values[0] == doctest::Approx(4));
  CHECK(values[1] == doctest::Approx(4.0 / 3));
}

TEST_CASE("without windows there is no perplexity") {
  CHECK(std::isnan(metric::language_model_report({}, metric::language_model_metrics()).value("perplexity")));
}

TEST_CASE("the accuracy of a masked model is the share of its hidden tokens") {
  const std::vector<metric::WindowSums> windows = {{2, 4, 0, 1}, {1, 2, 0, 2}};
  const metric::Report report = metric::language_model_report(windows, metric::masked_model_metrics());
  CHECK(report.value("accuracy") == 0.5);
  CHECK(report.value("perplexity") == doctest::Approx(std::exp(0.5)));
}

}  // namespace language_model_test
