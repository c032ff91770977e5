// What is chosen on evaluation rows after a training, so that scores can be trusted and labels are chosen well.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hone::metric {

// Returns the temperature T between 0.05 and 20 for which the softmax of logits / T has the least log loss (Guo et al.,
// "On calibration of modern neural networks", ICML 2017). Returns nullopt if the loss is least outside these limits:
// without mistakes it falls as T falls. Also returns nullopt without rows. logits [rows, K] finite, `labels` [rows].
std::optional<double> best_temperature(std::span<const float> logits, std::span<const int64_t> labels);

// Returns the threshold in [0, 1) with the highest F1, where a row is predicted if its score is above the threshold. Of
// equally good thresholds the nearest to 0.5 is taken. Returns 0.5 if no row is true. The threshold lies near the
// middle between two scores and has few decimals.
float best_threshold(std::span<const float> scores, std::span<const uint8_t> truth);

}  // namespace hone::metric
