#include "tensor/attention.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "expect_error.h"

namespace attention_test {

using namespace hone;

// Returns q, k and v of all tokens from a formula, so that they are the same in every run.
at::Tensor inputs(int64_t tokens, int64_t width, at::ScalarType type) {
  return (at::sin(at::arange(tokens * width, at::kDouble) * 0.7) * 2).view({tokens, width}).to(type);
}

// [H, S, S] of q, k [H, S, D], by the formula of kernel/attention.h.
at::Tensor distance_terms(const at::Tensor& q, const at::Tensor& k, const tensor::AttentionOptions& options) {
  const tensor::DistanceTables& tables = options.distances;
  const int64_t length = q.size(1), longest = (tables.rows.numel() + 1) / 2;
  const auto heads = [&](const at::Tensor& table) { return table.to(at::kDouble).view({-1, q.size(0), q.size(2)}); };
  std::vector<at::Tensor> all;
  for (int64_t i = 0; i < length; ++i) {
    for (int64_t j = 0; j < length; ++j) {
      const int64_t row = tables.rows[i - j + longest - 1].item<int64_t>();
      at::Tensor term = at::zeros({q.size(0)}, at::kDouble);
      if (tables.keys.defined()) term = term + (q.select(1, i) * heads(tables.keys)[row]).sum(-1);
      if (tables.queries.defined()) term = term + (k.select(1, j) * heads(tables.queries)[row]).sum(-1);
      term = term / std::sqrt(q.size(2));
      if (tables.bias.defined()) term = term + tables.bias.to(at::kDouble).select(1, row);
      all.push_back(term);
    }
  }
  return at::stack(all, 1).view({q.size(0), length, length});
}

// x [H, S, D] * cos + rotate_half(x) * sin, as transformers writes it.
at::Tensor turned(const at::Tensor& x, const tensor::RotaryAngles& angles) {
  const auto of_row = [&](const at::Tensor& table) {
    return at::cat({table, table}, 1).slice(0, 0, x.size(1)).to(at::kDouble);
  };
  const auto parts = x.split_with_sizes({2 * angles.cosines.size(1), x.size(-1) - 2 * angles.cosines.size(1)}, -1);
  const auto halves = parts[0].chunk(2, -1);
  const at::Tensor rotated =
      parts[0] * of_row(angles.cosines) + at::cat({-halves[1], halves[0]}, -1) * of_row(angles.sines);
  return at::cat({rotated, parts[1]}, -1);
}

// Computes attention with libtorch's operations, sequence by sequence, in double.
at::Tensor by_definition(const at::Tensor& qkv, const tensor::Packing& packing,
                         const tensor::AttentionOptions& options) {
  const int64_t heads = options.num_heads, kv_heads = options.num_kv_heads;
  std::vector<at::Tensor> outputs;
  for (const at::Tensor& rows : qkv.to(at::kDouble).split_with_sizes(packing.lengths())) {
    auto parts = rows.view({rows.size(0), heads + 2 * kv_heads, -1})
                     .transpose(0, 1)
                     .split_with_sizes({heads, kv_heads, kv_heads});  // [H, S, D]
    for (size_t i = 0; i < 2 && options.rotary.cosines.defined(); ++i) parts[i] = turned(parts[i], options.rotary);
    const auto repeated = [&](const at::Tensor& x) { return x.repeat_interleave(heads / kv_heads, 0); };
    const double scale = options.scale > 0 ? options.scale : 1 / std::sqrt(parts[0].size(2));
    at::Tensor scores = at::matmul(parts[0], repeated(parts[1]).transpose(1, 2)) * scale;
    if (options.soft_cap > 0) scores = at::tanh(scores / options.soft_cap) * options.soft_cap;
    const int64_t length = rows.size(0);
    if (options.distances.rows.defined()) scores = scores + distance_terms(parts[0], repeated(parts[1]), options);
    if (options.bias.defined()) scores = scores + options.bias.slice(1, 0, length).slice(2, 0, length);
    if (options.window) {
      const at::Tensor distance = (at::arange(length).unsqueeze(0) - at::arange(length).unsqueeze(1)).abs();
      scores = scores.masked_fill(distance > *options.window, -INFINITY);
    }
    if (options.causal) scores = scores.masked_fill(at::ones({length, length}, at::kBool).triu(1), -INFINITY);
    const at::Tensor out = at::matmul(at::softmax(scores, -1), repeated(parts[2]));
    outputs.push_back(out.transpose(0, 1).reshape({length, -1}));
  }
  return at::cat(outputs);
}

struct Case {
  tensor::Packing packing = tensor::Packing::from_lengths({4, 1, 67, 3});
  tensor::AttentionOptions options;
  int64_t head_width = 8;
  int64_t width() const { return (options.num_heads + 2 * options.num_kv_heads) * head_width; }
};

std::vector<Case> cases() {
  std::vector<Case> all(8);
  all[0].options.num_heads = all[0].options.num_kv_heads = 3;
  all[1].options = {.num_heads = 4, .num_kv_heads = 2, .causal = true};
  all[2].options = {
      .num_heads = 2, .num_kv_heads = 1, .bias = at::cos(at::arange(2 * 70 * 70, at::kFloat)).view({2, 70, 70})};
  all[3].options = {.num_heads = 2,
                    .num_kv_heads = 2,
                    .window = 5,
                    .rotary = tensor::rotary_angles(70, tensor::rotary_frequencies(8, 10))};
  all[4].options = {.num_heads = 4, .num_kv_heads = 2, .causal = true, .window = 64};
  all[5].options = {.num_heads = 4, .num_kv_heads = 2, .causal = true, .scale = 0.7, .soft_cap = 1.5};
  all[6].options = {.num_heads = 2, .num_kv_heads = 1, .window = 9, .soft_cap = 0.3};
  all[7].options = {.num_heads = 4,  // two pairs of each head turn, with a factor
                    .num_kv_heads = 2,
                    .causal = true,
                    .rotary = tensor::rotary_angles(70, tensor::rotary_frequencies(4, 10), 1.3)};
  return all;
}

at::Tensor gradient_of(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& f) {
  const at::Tensor leaf = x.detach().clone().requires_grad_();
  const at::Tensor out = f(leaf);
  (out * at::cos(at::arange(out.numel(), out.options())).view_as(out)).sum().backward();
  return leaf.grad();
}

TEST_CASE("attention and its gradient equal the definition") {
  for (const Case& one : cases()) {
    const at::Tensor qkv = inputs(75, one.width(), at::kFloat);
    const auto attend = [&](const at::Tensor& x) { return tensor::attention(x, one.packing, one.options); };
    const auto define = [&](const at::Tensor& x) { return by_definition(x, one.packing, one.options); };
    CHECK(at::allclose(attend(qkv).to(at::kDouble), define(qkv), 1e-5, 1e-6));
    CHECK(at::allclose(gradient_of(qkv, attend), gradient_of(qkv, define), 1e-4, 1e-5));
    CHECK(at::allclose(attend(qkv.to(at::kDouble)), define(qkv), 1e-12, 1e-12));
  }
}

// Packed sequences, and tables that need gradients.
struct DistanceCase {
  explicit DistanceCase(at::ScalarType type, bool has_keys = true, bool has_queries = true, bool has_bias = true) {
    one.packing = tensor::Packing::from_lengths({4, 1, 19, 3});
    one.options.num_heads = one.options.num_kv_heads = 2;
    const auto table = [&](int64_t rows, int64_t columns, double factor) {
      return at::sin(at::arange(rows * columns, at::kDouble) * factor).view({rows, columns}).to(type).requires_grad_();
    };
    qkv = inputs(27, one.width(), type).requires_grad_();
    tensor::DistanceTables& tables = one.options.distances;
    tables.rows = at::arange(-19, 20, at::kLong).clamp(-5, 6).add(5).to(at::kInt);
    if (has_keys) tables.keys = table(12, 2 * one.head_width, 0.3);
    if (has_queries) tables.queries = table(12, 2 * one.head_width, 0.9);
    if (has_bias) tables.bias = table(2, 12, 1.7);
  }

  // The output, then the gradients of all inputs.
  std::vector<at::Tensor> results(
      const std::function<at::Tensor(const at::Tensor&, const tensor::Packing&, const tensor::AttentionOptions&)>& f) {
    const tensor::DistanceTables& tables = one.options.distances;
    std::vector<at::Tensor> of_inputs{qkv};
    for (const at::Tensor& table : {tables.keys, tables.queries, tables.bias}) {
      if (table.defined()) of_inputs.push_back(table);
    }
    const at::Tensor out = f(qkv, one.packing, one.options);
    (out * at::cos(at::arange(out.numel(), out.options())).view_as(out)).sum().backward();
    std::vector<at::Tensor> all{out.detach().to(at::kDouble)};
    for (at::Tensor& input : of_inputs) {
      all.push_back(input.grad().clone().to(at::kDouble));
      input.mutable_grad().reset();
    }
    return all;
  }

  Case one;
  at::Tensor qkv;
};

void check_close(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) CHECK(at::allclose(found[i], expected[i], tolerance, tolerance));
}

TEST_CASE("terms of distances and the gradients of their tables equal torch's autograd of the definition") {
  for (const auto& [keys, queries, bias] : {std::array{true, true, true}, std::array{true, false, false},
                                            std::array{false, true, false}, std::array{false, false, true}}) {
    DistanceCase exact(at::kDouble, keys, queries, bias), rounded(at::kFloat, keys, queries, bias);
    const auto expected = exact.results(by_definition);
    check_close(exact.results(tensor::attention), expected, 1e-11);
    check_close(exact.results(tensor::library_attention), expected, 1e-11);
    check_close(rounded.results(tensor::attention), expected, 2e-5);
  }
}

TEST_CASE("tables of distances that do not fit are internal errors") {
  const auto message = [](const std::function<void(tensor::DistanceTables&)>& change) {
    DistanceCase with(at::kFloat);
    change(with.one.options.distances);
    return std::string(expect_error([&] { tensor::attention(with.qkv, with.one.packing, with.one.options); }).what());
  };
  CHECK(contains(message([](auto& tables) { tables.rows = tables.rows.narrow(0, 0, 35); }), "the longest sequence"));
  CHECK(contains(message([](auto& tables) { tables.rows = tables.rows + 1; }), "a distance has a row"));
  CHECK(contains(message([](auto& tables) { tables.keys = tables.keys.to(at::kDouble); }), "of q's type"));
  CHECK(contains(message([](auto& tables) { tables.queries = tables.queries.narrow(1, 0, 8); }), "all heads"));
  CHECK(contains(message([](auto& tables) { tables.bias = tables.bias.narrow(0, 0, 1); }), "a row for each head"));
}

TEST_CASE("library_attention equals attention") {
  for (const Case& one : cases()) {
    const at::Tensor qkv = inputs(75, one.width(), at::kDouble);
    const auto library = [&](const at::Tensor& x) { return tensor::library_attention(x, one.packing, one.options); };
    const auto attend = [&](const at::Tensor& x) { return tensor::attention(x, one.packing, one.options); };
    CHECK(at::allclose(library(qkv), attend(qkv), 1e-6, 1e-6));
    CHECK(at::allclose(gradient_of(qkv, library), gradient_of(qkv, attend), 1e-5, 1e-6));
  }
}

TEST_CASE("both ignore masked keys") {
  Case one = cases()[0];
  one.options.key_mask = (at::arange(75) % 3 != 0).to(at::kByte);
  const at::Tensor qkv = inputs(75, one.width(), at::kDouble);
  at::Tensor changed = qkv.clone();
  changed.slice(0, 0, 75, 3).slice(1, one.options.num_heads * one.head_width, one.width()) += 5;  // masked keys, values
  for (const auto attend : {tensor::attention, tensor::library_attention}) {
    const at::Tensor out = attend(qkv, one.packing, one.options);
    CHECK(at::allclose(out, attend(changed, one.packing, one.options)));
  }
  // The second sequence has one key, token 4, which is not masked: 4 % 3 == 1.
  CHECK(at::allclose(tensor::attention(qkv, one.packing, one.options),
                     tensor::library_attention(qkv, one.packing, one.options), 1e-6, 1e-6));
}

TEST_CASE("attention's dropout draws the same in backward, and depends on the position in the run") {
  Case one = cases()[0];
  one.options.p = 0.3;
  one.options.stream = {42, 1, 0, 9};
  const at::Tensor qkv = inputs(75, one.width(), at::kDouble);
  const auto attend = [&](const at::Tensor& x) { return tensor::attention(x, one.packing, one.options); };
  const at::Tensor out = attend(qkv), gradient = gradient_of(qkv, attend);
  CHECK(at::equal(out, attend(qkv)));
  const at::Tensor direction = at::cos(at::arange(qkv.numel(), at::kDouble) * 3).view_as(qkv);
  const at::Tensor weights = at::cos(at::arange(out.numel(), at::kDouble)).view_as(out);
  const double step = 1e-5;
  const at::Tensor difference =
      ((attend(qkv + step * direction) - attend(qkv - step * direction)) * weights).sum() / (2 * step);
  CHECK((gradient * direction).sum().item<double>() == doctest::Approx(difference.item<double>()).epsilon(1e-6));
  one.options.stream.step = 2;
  CHECK_FALSE(at::equal(out, attend(qkv)));
}

TEST_CASE("the library's dropout draws the same again at the same position") {
  Case one = cases()[0];
  one.options.p = 0.3;
  one.options.stream = {42, 1, 0, 9};
  const at::Tensor qkv = inputs(75, one.width(), at::kFloat);
  const auto attend = [&] { return tensor::library_attention(qkv, one.packing, one.options); };
  const at::Tensor out = attend();
  CHECK(at::equal(out, attend()));
  one.options.stream.site = 10;
  CHECK_FALSE(at::equal(out, attend()));
}

TEST_CASE("the output of a batch without sequences has no rows") {
  Case one = cases()[0];
  one.packing = {};
  const at::Tensor qkv = at::empty({0, one.width()});
  CHECK(tensor::attention(qkv, one.packing, one.options).size(0) == 0);
  CHECK(tensor::library_attention(qkv, one.packing, one.options).size(0) == 0);
}

TEST_CASE("shapes that do not match are internal errors") {
  const Case one = cases()[0];
  CHECK(contains(expect_error([&] { tensor::attention(at::zeros({7, one.width()}), one.packing, one.options); }).what(),
                 "a row for each token"));
  CHECK(contains(expect_error([&] { tensor::attention(at::zeros({75, 10}), one.packing, one.options); }).what(),
                 "q, k and v of all heads"));
  tensor::AttentionOptions options = one.options;
  options.bias = at::zeros({1, 10, 10});
  CHECK(contains(expect_error([&] { tensor::attention(at::zeros({75, one.width()}), one.packing, options); }).what(),
                 "covers the longest sequence"));
  options = one.options;
  options.rotary = tensor::rotary_angles(66, tensor::rotary_frequencies(8, 10));
  CHECK(contains(expect_error([&] { tensor::attention(at::zeros({75, one.width()}), one.packing, options); }).what(),
                 "angles cover the longest sequence"));
  CHECK(contains(expect_error([&] {
                   tensor::attention(at::zeros({75, one.width()}, at::kHalf), one.packing, one.options);
                 }).what(),
                 "float, bfloat16 or double"));
}

}  // namespace attention_test
