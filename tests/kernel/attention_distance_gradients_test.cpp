// A case calculated by hand; attention_test.cpp covers many shapes.
#include "kernel/attention_distance_gradients.h"

#include <doctest/doctest.h>

#include "kernel/attention_backward.h"
#include "kernel/attention_example.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("each head has its part of the sums, and absent tables have none") {
  std::vector<float> keys(2 * 10), bias(2 * 3);
  const DistanceSums sums{.keys = keys.data(), .bias = bias.data(), .head_stride = 10, .num_rows = 3};
  CHECK(sums.of_head(1).keys == keys.data() + 10);
  CHECK(sums.of_head(1).bias == bias.data() + 3);
  CHECK(sums.of_head(1).queries == nullptr);
}

// As in attention_backward_test.cpp, the gradients of the scores of query 0 are -3/4 for key 0 and 3/4 for key 1, which
// lies at the distance -1.
TEST_CASE("gradients of the tables equal the hand calculation, and are added to the sums") {
  for_each_vector_level([] {
    AttentionExample example;
    constexpr std::array<int32_t, 3> kRows{2, 0, 1};
    example.rules.distance_rows = kRows.data() + 1;
    example.rules.num_distance_rows = 3;
    const std::array<float, 3> zeros{};
    example.inputs.distance_keys = example.inputs.distance_queries = {zeros.data(), 1};
    example.inputs.distance_bias = zeros.data();
    const std::array<float, 2> out_gradient = {1, 0};
    std::array<float, 2> dq{}, dk{}, dv{};
    const int64_t width = 16, rows = DistanceSums::padded_rows(3);
    std::vector<float> keys(static_cast<size_t>(rows * width)), queries(keys.size());
    std::array<float, 3> bias{0, 0, 10};
    AttentionBackward<float>(example.rules, example.task)
        .run(example.inputs, {{example.out.data(), 1}, {out_gradient.data(), 1}, example.logsumexp.data()},
             {{dq.data(), 1}, {dk.data(), 1}, {dv.data(), 1}},
             {keys.data(), queries.data(), bias.data(), rows * width, 3});
    CHECK(keys[0] == doctest::Approx(-0.75));  // times q = 1
    CHECK(keys[static_cast<size_t>(2 * width)] == doctest::Approx(0.75));
    CHECK(queries[0] == doctest::Approx(0));  // times k = 0
    CHECK(queries[static_cast<size_t>(2 * width)] == doctest::Approx(0.75 * std::log(3.0)));
    CHECK(bias[0] == doctest::Approx(-0.75));
    CHECK(bias[1] == 0);
    CHECK(bias[2] == doctest::Approx(10.75));
    CHECK(dq[0] == doctest::Approx(0.75 * std::log(3.0)));
  });
}

}  // namespace
}  // namespace hone::kernel
