#include "tensor/cross_attention.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect_error.h"
#include "kernel/each_level.h"
#include "tensor/finite_differences.h"

namespace cross_attention_test {

using namespace hone;

at::Tensor wave(int64_t rows, int64_t columns, double frequency) {
  return (at::sin(at::arange(rows * columns, at::kDouble) * frequency) * 2).view({rows, columns});
}

struct Case {
  tensor::Packing queries, keys;
  tensor::CrossAttentionOptions options;
  int64_t width = 8;

  at::Tensor q() const { return wave(queries.num_tokens(), options.num_heads * width, 0.7); }
  at::Tensor kv() const { return wave(keys.num_tokens(), 2 * options.num_kv_heads * width, 0.9); }
};

std::vector<Case> cases() {
  const auto packing = [](std::vector<int64_t> lengths) { return tensor::Packing::from_lengths(lengths); };
  return {{packing({4, 1, 67, 3}), packing({2, 70, 1, 130}), {.num_heads = 3, .num_kv_heads = 3}},
          {packing({5, 2}), packing({1, 9}), {.num_heads = 4, .num_kv_heads = 2, .scale = 1}},
          {packing({3}), packing({600}), {.num_heads = 2, .num_kv_heads = 1}, 20}};
}

// Computes sequence by sequence with libtorch's operations.
at::Tensor by_definition(const Case& one, const at::Tensor& q, const at::Tensor& kv) {
  const int64_t heads = one.options.num_heads, kv_heads = one.options.num_kv_heads;
  const auto queries = q.split_with_sizes(one.queries.lengths()), keys = kv.split_with_sizes(one.keys.lengths());
  const double scale = one.options.scale > 0 ? one.options.scale : 1 / std::sqrt(one.width);
  std::vector<at::Tensor> outputs;
  for (size_t b = 0; b < queries.size(); ++b) {
    const at::Tensor of_heads = queries[b].view({-1, heads, one.width}).transpose(0, 1);
    auto parts = keys[b].view({-1, 2 * kv_heads, one.width}).transpose(0, 1).chunk(2, 0);
    for (at::Tensor& part : parts) part = part.repeat_interleave(heads / kv_heads, 0);
    const at::Tensor weights = at::softmax(at::matmul(of_heads, parts[0].transpose(1, 2)) * scale, -1);
    outputs.push_back(at::matmul(weights, parts[1]).transpose(0, 1).reshape({queries[b].size(0), -1}));
  }
  return at::cat(outputs);
}

// The output, and the gradients of q and kv.
template <typename F>
std::vector<at::Tensor> results(F f, const at::Tensor& given_q, const at::Tensor& given_kv) {
  const at::Tensor q = given_q.detach().clone().requires_grad_(), kv = given_kv.detach().clone().requires_grad_();
  const at::Tensor out = f(q, kv);
  const at::Tensor weights = at::cos(at::arange(out.numel(), at::kDouble)).to(out.scalar_type());
  (out * weights.view_as(out)).sum().backward();
  return {out.detach().to(at::kDouble), q.grad().to(at::kDouble), kv.grad().to(at::kDouble)};
}

void check_close(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& wanted, double tolerance) {
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(at::allclose(found[i], wanted[i], tolerance, tolerance));
}

void check_near(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& wanted, double tolerance) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double worst = (found[i] - wanted[i]).abs().max().item<double>();
    CHECK(worst < tolerance * wanted[i].abs().max().item<double>());
  }
}

TEST_CASE("cross-attention and its gradients equal the definition, in every format and at every level") {
  kernel::for_each_level([] {
    for (const Case& one : cases()) {
      const auto attend = [&](const at::Tensor& q, const at::Tensor& kv) {
        return tensor::cross_attention(q, kv, one.queries, one.keys, one.options);
      };
      const auto define = [&](const at::Tensor& q, const at::Tensor& kv) { return by_definition(one, q, kv); };
      const auto wanted = results(define, one.q(), one.kv());
      check_close(results(attend, one.q(), one.kv()), wanted, 1e-12);
      check_close(results(attend, one.q().to(at::kFloat), one.kv().to(at::kFloat)), wanted, 2e-5);
      const at::Tensor q = one.q().to(at::kBFloat16), kv = one.kv().to(at::kBFloat16);
      check_near(results(attend, q, kv), results(define, q.to(at::kDouble), kv.to(at::kDouble)), 1.5e-2);
    }
  });
}

TEST_CASE("the gradients equal finite differences, with dropout") {
  Case one = cases()[1];
  one.options.p = 0.3;
  one.options.stream = {42, 7, 1, 3};
  check_gradients(
      [&](const std::vector<at::Tensor>& inputs) {
        const at::Tensor out = tensor::cross_attention(inputs[0], inputs[1], one.queries, one.keys, one.options);
        return (out * at::cos(at::arange(out.numel(), out.options())).view_as(out)).sum();
      },
      {one.q(), one.kv()});
}

TEST_CASE("library_cross_attention equals cross_attention, and both return the first tokens only") {
  for (Case& one : cases()) {
    for (const bool first : {false, true}) {
      one.queries.returns_first_tokens = first;
      const auto attend = [&](const at::Tensor& q, const at::Tensor& kv) {
        return tensor::cross_attention(q, kv, one.queries, one.keys, one.options);
      };
      const auto library = [&](const at::Tensor& q, const at::Tensor& kv) {
        return tensor::library_cross_attention(q, kv, one.queries, one.keys, one.options);
      };
      const auto found = results(attend, one.q(), one.kv());
      CHECK(found[0].size(0) == (first ? one.queries.num_sequences() : one.queries.num_tokens()));
      check_close(found, results(library, one.q(), one.kv()), 1e-10);
    }
  }
}

TEST_CASE("shapes that do not match are internal errors") {
  const Case one = cases()[0];
  const auto fails = [&](const at::Tensor& q, const at::Tensor& kv, const tensor::Packing& keys, const char* what) {
    const Error error = expect_error([&] { tensor::cross_attention(q, kv, one.queries, keys, one.options); });
    CHECK(error.kind() == ErrorKind::kInternal);
    CHECK(contains(error.what(), what));
  };
  fails(one.q().narrow(0, 0, 5), one.kv(), one.keys, "a row of all heads for each query");
  fails(one.q(), one.kv().narrow(1, 0, 24), one.keys, "k and v of all heads");
  const int64_t num_keys = one.keys.num_tokens();
  fails(one.q(), one.kv(), tensor::Packing::from_lengths({num_keys}), "each sequence of queries has one of keys");
  fails(one.q(), one.kv().to(at::kFloat), one.keys, "the same type");
}

}  // namespace cross_attention_test
