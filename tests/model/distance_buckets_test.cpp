#include "model/distance_buckets.h"

#include <doctest/doctest.h>

#include <vector>

#include "expect_error.h"

namespace distance_buckets_test {

using namespace hone;

std::vector<int32_t> buckets_of(int64_t longest, const model::DistanceBuckets& buckets) {
  const at::Tensor rows = model::bucket_of_distances(longest, buckets);
  const auto* begin = rows.const_data_ptr<int32_t>();
  return {begin, begin + rows.numel()};
}

// Expected: T5Attention._relative_position_bucket of transformers 5.23.
TEST_CASE("buckets of both directions, and of earlier keys only") {
  CHECK(buckets_of(9, {10, 12, true}) == std::vector<int32_t>{9, 9, 8, 8, 8, 7, 7, 6, 0, 1, 2, 2, 3, 3, 3, 4, 4});
  CHECK(buckets_of(9, {10, 12, false}) == std::vector<int32_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 7});
  CHECK(buckets_of(1, {32, 128, true}) == std::vector<int32_t>{0});
}

TEST_CASE("too few buckets, or too short distances, are errors") {
  for (const model::DistanceBuckets& buckets :
       {model::DistanceBuckets{2, 128, true}, model::DistanceBuckets{32, 8, true},
        model::DistanceBuckets{32, 16, false}}) {
    const Error error = expect_error([&] { buckets.check("config.json"); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "buckets of distances up to"));
    CHECK(contains(error.hint(), "relative_attention_num_buckets"));
  }
  model::DistanceBuckets{4, 8, true}.check("config.json");
}

}  // namespace distance_buckets_test
