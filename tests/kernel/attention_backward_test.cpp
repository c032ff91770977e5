// A case calculated by hand; attention_test.cpp covers many shapes.
#include "kernel/attention_backward.h"

#include <doctest/doctest.h>

#include "kernel/attention_example.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

// Only the output of query 0 has a gradient, 1. dv = its weights; delta = 1/4 * 4 + 3/4 * 8 = 7. The gradients of the
// scores are 1/4 * (4 - 7) and 3/4 * (8 - 7); dq is the sum of their products with k, dk is q times each.
TEST_CASE("gradients of two tokens equal the hand calculation") {
  for_each_vector_level([] {
    const AttentionExample example;
    const std::array<float, 2> out_gradient = {1, 0};
    std::array<float, 2> dq{}, dk{}, dv{};
    AttentionBackward<float>(example.rules, example.task)
        .run(example.inputs, {{example.out.data(), 1}, {out_gradient.data(), 1}, example.logsumexp.data()},
             {{dq.data(), 1}, {dk.data(), 1}, {dv.data(), 1}});
    CHECK(dv[0] == doctest::Approx(0.25));
    CHECK(dv[1] == doctest::Approx(0.75));
    CHECK(dk[0] == doctest::Approx(-0.75));
    CHECK(dk[1] == doctest::Approx(0.75));
    CHECK(dq[0] == doctest::Approx(0.75 * std::log(3.0)));
    CHECK(dq[1] == doctest::Approx(0));
  });
}

}  // namespace
}  // namespace hone::kernel
