#include "metric/calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace calibration_test {

using namespace hone::metric;

double f1_above(float threshold, const std::vector<float>& scores, const std::vector<uint8_t>& truth) {
  double hits = 0, predicted = 0, num_true = 0;
  for (size_t row = 0; row < scores.size(); ++row) {
    const bool is_predicted = scores[row] > threshold;
    hits += is_predicted && truth[row] != 0 ? 1 : 0;
    predicted += is_predicted ? 1 : 0;
    num_true += truth[row];
  }
  return predicted + num_true == 0 ? 0 : 2 * hits / (predicted + num_true);
}

TEST_CASE("the temperature is the one that scipy's minimize_scalar finds for the log loss") {
  struct Case {
    size_t rows, labels;
    double expected;
  };
  for (const Case& item : {Case{40, 2, 1.3586570}, Case{60, 3, 1.2160703}, Case{50, 5, 1.5707235}}) {
    std::vector<float> logits;
    std::vector<int64_t> labels;
    for (size_t r = 0; r < item.rows; ++r) {
      for (size_t c = 0; c < item.labels; ++c) {
        logits.push_back(static_cast<float>((r * 7 + c * 13 + r * c * 3) % 17) / 4.0f - 2.0f);
      }
      const auto row = std::span(logits).last(item.labels);
      const int64_t best = std::ranges::max_element(row) - row.begin();
      labels.push_back(r % 3 != 0 ? best : static_cast<int64_t>(r / 3 % item.labels));
    }
    CAPTURE(item.labels);
    CHECK(best_temperature(logits, labels).value() == doctest::Approx(item.expected).epsilon(1e-6));
  }
}

TEST_CASE("rows that are all right or all wrong, equal logits and no rows have no best temperature") {
  const std::vector<float> logits = {2, 0, 0, 3}, equal = {1, 1, 0, 0};
  CHECK_FALSE(best_temperature(logits, std::vector<int64_t>{0, 1}));
  CHECK_FALSE(best_temperature(logits, std::vector<int64_t>{1, 0}));
  CHECK_FALSE(best_temperature(equal, std::vector<int64_t>{0, 1}));
  CHECK_FALSE(best_temperature({}, {}));
}

TEST_CASE("no other threshold has a higher F1") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const size_t num_rows = 1 + random() % 40, levels = 1 + random() % 30;
    std::vector<float> scores(num_rows);
    std::vector<uint8_t> truth(num_rows);
    for (size_t row = 0; row < num_rows; ++row) {
      scores[row] = static_cast<float>(random() % (levels + 1)) / static_cast<float>(levels);
      truth[row] = random() % 3 == 0;
    }
    const float threshold = best_threshold(scores, truth);
    CHECK(threshold >= 0);
    CHECK(threshold < 1);
    const double best = f1_above(threshold, scores, truth);
    for (const float other : scores) {
      CHECK(best >= f1_above(other, scores, truth));
      CHECK(best >= f1_above(std::nextafter(other, 0.0f), scores, truth));
    }
  }
}

TEST_CASE("a threshold has few decimals, and 0.5 is kept where it is as good") {
  CHECK(best_threshold(std::vector<float>{0.9f, 0.4f, 0.3f}, std::vector<uint8_t>{1, 1, 0}) == 0.35f);
  CHECK(best_threshold(std::vector<float>{0.9f, 0.41f, 0.23f}, std::vector<uint8_t>{1, 1, 0}) == 0.3f);
  CHECK(best_threshold(std::vector<float>{0.9f, 0.1f}, std::vector<uint8_t>{1, 0}) == 0.5f);
  CHECK(best_threshold(std::vector<float>{0.2f, 0.08f}, std::vector<uint8_t>{1, 1}) == 0.04f);  // every row, but not 0
  CHECK(best_threshold(std::vector<float>{0.2f, 0.1f}, std::vector<uint8_t>{0, 0}) == 0.5f);
  CHECK(best_threshold({}, {}) == 0.5f);
}

}  // namespace calibration_test
