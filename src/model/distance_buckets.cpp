#include "model/distance_buckets.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/log.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "base/error.h"

namespace hone::model {

void DistanceBuckets::check(const std::string& source) const {
  const int64_t exact = num_buckets / (has_later_keys ? 4 : 2);
  if (exact >= 1 && max_distance > exact) return;
  throw Error(
      ErrorKind::kInput, fmt::format("{}: {} buckets of distances up to {}", source, num_buckets, max_distance),
      "\"relative_attention_num_buckets\" is at least 4, and \"relative_attention_max_distance\" is larger than "
      "half of it");
}

at::Tensor bucket_of_distances(int64_t longest, const DistanceBuckets& buckets) {
  const int64_t of_direction = buckets.num_buckets / (buckets.has_later_keys ? 2 : 1), exact = of_direction / 2;
  const at::Tensor distance = at::arange(1 - longest, longest, at::kLong);
  const at::Tensor far = buckets.has_later_keys ? at::abs(distance) : distance.clamp_min(0);
  const at::Tensor logarithm = at::log(far.to(at::kFloat) / exact) /
                               std::log(static_cast<double>(buckets.max_distance) / static_cast<double>(exact)) *
                               (of_direction - exact);
  const at::Tensor bucket =
      at::where(far < exact, far, (logarithm.clamp_min(0).to(at::kLong) + exact).clamp_max(of_direction - 1));
  if (!buckets.has_later_keys) return bucket.to(at::kInt);
  return (bucket + (distance < 0).to(at::kLong) * of_direction).to(at::kInt);
}

}  // namespace hone::model
