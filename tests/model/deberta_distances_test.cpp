#include "model/deberta_distances.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace deberta_distances_test {

using namespace hone;

model::DebertaDistances terms_of(const Json& value) {
  model::DebertaDistances distances;
  distances.read_terms({Json{{"pos_att_type", value}}, "config.json"});
  return distances;
}

std::vector<int64_t> numbers(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<int64_t>(), tensor.const_data_ptr<int64_t>() + tensor.numel()};
}

// Expected: make_log_bucket_position of transformers 5.23, plus the span, clamped as c2p_pos.
TEST_CASE("distances have the rows of HF's log buckets") {
  const model::DebertaDistances version_3{.num_buckets = 256, .max_distance = 512};
  const at::Tensor rows = version_3.rows(512);
  REQUIRE(rows.numel() == 1023);
  const std::vector<std::pair<int64_t, int64_t>> expected{
      {-511, 1},  {-400, 23}, {-300, 49}, {-200, 87}, {-130, 126}, {-129, 127}, {-128, 128}, {-127, 129},
      {-1, 255},  {0, 256},   {1, 257},   {127, 383}, {128, 384},  {129, 385},  {130, 386},  {131, 387},
      {140, 393}, {200, 425}, {256, 448}, {300, 463}, {400, 489},  {510, 511},  {511, 511}};
  for (const auto& [distance, row] : expected) CHECK(rows[distance + 511].item<int64_t>() == row);
  CHECK(rows.sum().item<int64_t>() == 261888);
  CHECK((rows * at::arange(1, 1024, at::kLong)).sum().item<int64_t>() == 189001082);
  const model::DebertaDistances small{.num_buckets = 8, .max_distance = 40};
  CHECK(numbers(small.rows(20)) == std::vector<int64_t>{1,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  3,  3,
                                                        3,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 13,
                                                        13, 13, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 15});
}

TEST_CASE("without buckets each distance has a row, and those beyond the last share it") {
  const model::DebertaDistances distances{.max_distance = 2};
  CHECK(numbers(distances.rows(4)) == std::vector<int64_t>{0, 0, 1, 2, 3, 3, 3});
  CHECK(distances.span() == 2);
}

TEST_CASE("the terms are a list or a text, in any order") {
  CHECK(terms_of(nullptr).num_terms() == 1);
  CHECK(terms_of(" P2C | c2p ").num_terms() == 3);
  CHECK(terms_of({"c2p"}).has_content_to_position);
  CHECK_FALSE(terms_of({"c2p"}).has_position_to_content);
  CHECK(contains(expect_error([] { terms_of(3); }).what(), "config.json: \"pos_att_type\" is 3"));
  CHECK(contains(expect_error([] { terms_of({"c2p", 3}); }).what(), "\"pos_att_type\" is [\"c2p\",3]"));
  CHECK(contains(expect_error([] { terms_of("p2p"); }).what(), "\"pos_att_type\" has \"p2p\""));
}

}  // namespace deberta_distances_test
