// Metrics of a language model on a text: how well it predicts each token from those before it.
#pragma once

#include <cstdint>
#include <vector>

#include "metric/bootstrap.h"
#include "metric/report.h"

namespace hone::metric {

// Sums over the predicted tokens of one window of a text.
struct WindowSums {
  double loss = 0;  // -log of the tokens' probabilities, in nats
  uint64_t num_tokens = 0, num_bytes = 0;
  uint64_t num_right = 0;  // tokens that the model thinks most likely
};

// "perplexity": e to the mean loss of a token. "bits_per_byte": the loss in bits for each byte of the text, which does
// not depend on the vocabulary.
std::span<const Metric> language_model_metrics();
// "perplexity" and "accuracy", the share of the hidden tokens that the model thinks most likely.
std::span<const Metric> masked_model_metrics();

// Computes these metrics, which are among those above, for resamples of the windows. `windows` must outlive the result.
Resampler language_model_resampler(const std::vector<WindowSums>& windows, std::span<const Metric> metrics);

// The caller adds rows and what is not finite.
Report language_model_report(const std::vector<WindowSums>& windows, std::span<const Metric> metrics);

}  // namespace hone::metric
