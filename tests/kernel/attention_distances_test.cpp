// Cases calculated by hand; attention_test.cpp covers many shapes.
#include "kernel/attention_distances.h"

#include <doctest/doctest.h>

#include "kernel/attention_example.h"
#include "kernel/attention_forward.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

// The rows of the distances -1, 0 and 1.
constexpr std::array<int32_t, 3> kRows{2, 0, 1};

// The scores of the example with q = 0: those of the distances alone.
struct DistanceExample : AttentionExample {
  DistanceExample() {
    q = {0, 0};
    k = {1, 1};
    inputs = {{q.data(), 1}, {k.data(), 1}, {v.data(), 1}};
    rules.distance_rows = kRows.data() + 1;
    rules.num_distance_rows = 3;
  }
  std::array<float, 2> out_of_forward() {
    AttentionForward<float>(rules, task).run(inputs, {out.data(), 1}, logsumexp.data());
    return out;
  }
};

TEST_CASE("the bias of a distance is added to the scaled scores") {
  for_each_vector_level([] {
    DistanceExample example;
    const std::array<float, 3> bias{0, std::log(7.0F), std::log(3.0F)};
    example.inputs.distance_bias = bias.data();
    example.rules.scale = 0.5;
    const auto out = example.out_of_forward();
    CHECK(out[0] == doctest::Approx(7));    // the weights are 1/4 and 3/4 of 4 and 8
    CHECK(out[1] == doctest::Approx(4.5));  // 7/8 and 1/8
  });
}

TEST_CASE("the product of a key with the query of its distance is added before the scale") {
  for_each_vector_level([] {
    DistanceExample example;
    const std::array<float, 3> queries{0, 2 * std::log(7.0F), 2 * std::log(3.0F)};
    example.inputs.distance_queries = {queries.data(), 1};
    example.rules.scale = 0.5;
    const auto out = example.out_of_forward();
    CHECK(out[0] == doctest::Approx(7));
    CHECK(out[1] == doctest::Approx(4.5));
  });
}

TEST_CASE("the product of a query with the key of its distance is added before the scale") {
  for_each_vector_level([] {
    DistanceExample example;
    example.q = {1, 2};
    example.k = {0, 0};
    const std::array<float, 3> keys{0, std::log(7.0F) / 2, std::log(3.0F)};
    example.inputs.distance_keys = {keys.data(), 1};
    const auto out = example.out_of_forward();
    CHECK(out[0] == doctest::Approx(7));
    CHECK(out[1] == doctest::Approx(4.5));
  });
}

}  // namespace
}  // namespace hone::kernel
