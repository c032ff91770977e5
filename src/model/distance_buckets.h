// The buckets of distances whose biases the attention of T5 and MPNet adds. Raffel et al., "T5", arXiv 1910.10683.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace hone::model {

struct DistanceBuckets {
  int64_t num_buckets = 32, max_distance = 128;  // all distances from max_distance on share the last bucket
  bool has_later_keys = true;                    // half of the buckets are for later keys; else these have bucket 0

  // Throws kInput unless there are enough buckets for their formula. `source` names config.json.
  void check(const std::string& source) const;
};

// Returns the bucket of each distance from query to key, -(L - 1) ... L - 1: [2 L - 1] int32, for
// tensor::DistanceTables::rows. The first half of the buckets (of a direction) hold one distance each, the others have
// logarithmic widths.
at::Tensor bucket_of_distances(int64_t longest, const DistanceBuckets& buckets);

}  // namespace hone::model
