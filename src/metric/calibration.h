// Calibration on evaluation rows after a training: a temperature for probabilities, or thresholds for labels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hone::metric {

// Returns the temperature T between 0.05 and 20 for which the softmax of logits / T has the lowest log loss (Guo et
// al., "On calibration of modern neural networks", ICML 2017). Returns nullopt if the loss has no minimum between these
// limits: if all predictions are correct, for example, it falls as T falls. Also returns nullopt without rows. `logits`
// [rows, K] are finite, `labels` [rows].
std::optional<double> best_temperature(std::span<const float> logits, std::span<const int64_t> labels);

// Returns the threshold in [0, 1) with the highest F1. A row is predicted to have the label if its score is above the
// threshold. Returns the threshold nearest to 0.5 if several are equally good, and 0.5 if no row has the label. The
// threshold lies near the middle between two scores and has few decimals.
float best_threshold(std::span<const float> scores, std::span<const uint8_t> truth);

}  // namespace hone::metric
