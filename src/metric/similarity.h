// Metrics of vectors of texts: how well the cosines of pairs follow their scores, as sentence-transformers'
// EmbeddingSimilarityEvaluator measures it, and how often the second text of a pair is the nearest one of all.
#pragma once

#include <cstdint>
#include <span>

#include "metric/bootstrap.h"
#include "metric/regression.h"
#include "metric/report.h"

namespace hone::metric {

std::span<const Metric> similarity_metrics();
// Of pairs with scores, and of pairs without.
std::span<const Metric> scored_pair_metrics();
std::span<const Metric> pair_metrics();

// `pairs`: the cosine (predicted) and the score (target) of each pair.
Report scored_pair_report(const RegressionPairs& pairs);
// The share of `num_right` in `num_pairs`; NaN without pairs.
Report pair_report(uint64_t num_right, uint64_t num_pairs);

}  // namespace hone::metric
