// A case worked out by hand; the many shapes are in attention_test.cpp.
#include "kernel/attention_forward.h"

#include <doctest/doctest.h>

#include "kernel/attention_example.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("two tokens attend as worked out by hand") {
  for_each_vector_level([] {
    const AttentionExample example;
    std::array<float, 2> out{}, logsumexp{};
    AttentionForward<float>(example.rules, example.task).run(example.inputs, {out.data(), 1}, logsumexp.data());
    for (size_t i = 0; i < 2; ++i) {
      CHECK(out[i] == doctest::Approx(example.out[i]));
      CHECK(logsumexp[i] == doctest::Approx(example.logsumexp[i]));
    }
  });
}

TEST_CASE("a causal first token sees itself alone") {
  for_each_vector_level([] {
    AttentionExample example;
    example.rules.causal = true;
    std::array<float, 2> out{}, logsumexp{};
    AttentionForward<float>(example.rules, example.task).run(example.inputs, {out.data(), 1}, logsumexp.data());
    CHECK(out[0] == doctest::Approx(4));
    CHECK(logsumexp[0] == doctest::Approx(0));
    CHECK(out[1] == doctest::Approx(6));
  });
}

}  // namespace
}  // namespace hone::kernel
