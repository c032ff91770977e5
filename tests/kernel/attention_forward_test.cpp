// A case calculated by hand; attention_test.cpp covers many shapes.
#include "kernel/attention_forward.h"

#include <doctest/doctest.h>

#include "kernel/attention_example.h"
#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("the output of two tokens equals the hand calculation") {
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

TEST_CASE("with a causal mask the first token attends only to itself") {
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
