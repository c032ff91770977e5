// What is chosen on evaluation rows after a training, so that scores can be trusted and labels are chosen well.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hone::metric {

// Returns the temperature T for which the softmax of logits / T has the least log loss (Guo et al., "On calibration of
// modern neural networks", ICML 2017), or nullopt if that is none between 0.05 and 20: without a single mistake, for
// example, any lower one is better. logits [rows, K] finite, `labels` [rows].
std::optional<double> best_temperature(std::span<const float> logits, std::span<const int64_t> labels);

// Returns the threshold in [0, 1) for which the scores above it have the highest F1 as predictions of `truth`, of equal
// ones that nearest to 0.5; 0.5 if no row is true. It lies between two scores, near their middle, with few decimals.
float best_threshold(std::span<const float> scores, std::span<const uint8_t> truth);

}  // namespace hone::metric
