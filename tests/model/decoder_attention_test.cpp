#include "model/decoder_attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include "expect_error.h"

namespace decoder_attention_test {

using namespace hone;

constexpr model::DecoderHeads kHeads{4, 2, 8};

at::Tensor attend(const at::Tensor& qkv, const model::DecoderAttentionRule& rule) {
  nn::DropoutSites sites;
  const model::DecoderAttention attention(3, rule, sites);
  CHECK(attention.layer() == 3);
  return attention.forward(qkv, {{}, tensor::Packing::from_lengths({qkv.size(0)})}, {});
}

at::Tensor sample(int64_t num_tokens) {
  return at::sin(at::arange(num_tokens * kHeads.qkv_width(), at::kFloat) * 0.7).view({num_tokens, -1});
}

TEST_CASE("a token's output does not depend on later tokens") {
  const at::Tensor qkv = sample(9);
  CHECK(at::allclose(attend(qkv, {.heads = kHeads}).narrow(0, 0, 5), attend(qkv.narrow(0, 0, 5), {.heads = kHeads})));
}

// As sliding_window of transformers.
TEST_CASE("a window of 3 shows a token itself and the two before it") {
  const at::Tensor qkv = sample(9), changed = qkv.clone();
  changed[5].add_(1);
  const model::DecoderAttentionRule rule{.heads = kHeads, .window = 3};
  const at::Tensor difference = (attend(qkv, rule) - attend(changed, rule)).abs().amax(1);
  for (int64_t token = 0; token < 9; ++token) {
    CAPTURE(token);
    CHECK((difference[token].item<double>() > 1e-4) == (token >= 5 && token <= 7));
  }
}

TEST_CASE("with a window of 1 the output is the value") {
  const at::Tensor qkv = sample(4), out = attend(qkv, {.heads = kHeads, .window = 1});
  const at::Tensor first_values = qkv.narrow(1, kHeads.q_width() + kHeads.kv_width(), kHeads.head_width);
  CHECK(at::allclose(out.narrow(1, 0, kHeads.head_width), first_values));
}

TEST_CASE("heads that do not fit are errors") {
  const auto error = [](const model::DecoderHeads& heads) {
    return expect_error([&] { model::check_heads(heads, "config.json"); });
  };
  CHECK_NOTHROW(model::check_heads(kHeads, "config.json"));
  CHECK(error({4, 3, 8}).kind() == ErrorKind::kInput);
  CHECK(contains(error({4, 3, 8}).what(), "config.json: 4 query heads cannot share 3 key heads"));
  CHECK(contains(error({4, 3, 8}).hint(), "is a multiple of \"num_key_value_heads\""));
  CHECK(error({1, 1, 512}).kind() == ErrorKind::kUnsupported);
  CHECK(contains(error({1, 1, 512}).what(), "config.json: heads of width 512"));
}

}  // namespace decoder_attention_test
