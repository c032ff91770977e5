#include "tensor/embedding.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "tensor/dropout.h"
#include "tensor/finite_differences.h"
#include "tensor/row_gradient.h"

namespace embedding_test {

using namespace hone;
using tensor::EmbeddingOptions;
using tensor::EmbeddingTable;

const RandomStream kStream{42, 7, 3, 5};

// Returns the word, position and token type tables, and the norm's weight and bias.
std::vector<at::Tensor> random_parameters(int64_t width, at::ScalarType dtype = at::kFloat) {
  at::manual_seed(static_cast<uint64_t>(width));
  std::vector<at::Tensor> parameters{at::randn({50, width}, dtype), at::randn({20, width}, dtype),
                                     at::randn({2, width}, dtype), at::randn({width}, dtype),
                                     at::randn({width}, dtype)};
  for (at::Tensor& parameter : parameters) parameter.requires_grad_();
  return parameters;
}

std::vector<EmbeddingTable> tables_of(const std::vector<at::Tensor>& parameters, int64_t num_tokens) {
  const at::Tensor places = at::arange(num_tokens, at::kLong);
  return {{parameters[0], (places * 7).remainder(50), 0},
          {parameters[1], places.remainder(20), -1},
          {parameters[2], places.remainder(2), -1}};
}

EmbeddingOptions options_of(const std::vector<at::Tensor>& parameters, double p, at::ScalarType dtype = at::kFloat) {
  return {
      .norm_weight = parameters[3], .norm_bias = parameters[4], .eps = 1e-5, .p = p, .stream = kStream, .dtype = dtype};
}

std::vector<at::Tensor> gradients_of(const at::Tensor& y, const std::vector<at::Tensor>& inputs) {
  const at::Tensor weights = at::sin(at::arange(y.numel(), at::kFloat)).view_as(y).to(y.scalar_type());
  auto gradients = torch::autograd::grad({(y * weights).sum()}, inputs, {}, /*retain_graph=*/true);
  for (at::Tensor& gradient : gradients) gradient = tensor::dense_gradient(gradient);
  return gradients;
}

TEST_CASE("embedding_norm and its gradients equal libtorch's operations") {
  for (const int64_t width : {1, 7, 33, 384}) {
    for (const int64_t num_tokens : {0, 1, 5, 97}) {
      for (const double p : {0.0, 0.3}) {
        INFO("width ", width, " tokens ", num_tokens, " p ", p);
        const auto parameters = random_parameters(width);
        const auto tables = tables_of(parameters, num_tokens);
        const at::Tensor expected =
            tensor::dropout(tensor::embedding_norm_by_library(tables, options_of(parameters, 0)), p, kStream);
        const at::Tensor got = tensor::embedding_norm(tables, options_of(parameters, p));
        CHECK(at::allclose(got, expected, 1e-4, 1e-5));
        const auto have = gradients_of(got, parameters), want = gradients_of(expected, parameters);
        // One column minus its mean is 0, so its gradient is only rounding error.
        const double tolerance = width == 1 ? 1e-2 : 1e-4;
        for (size_t i = 0; i < have.size(); ++i) CHECK(at::allclose(have[i], want[i], tolerance, tolerance));
        CHECK(have[0][0].eq(0).all().item<bool>());
      }
    }
  }
}

TEST_CASE("the gradients of embedding_norm equal finite differences") {
  const auto loss = [](const std::vector<at::Tensor>& parameters) {
    auto tables = tables_of(parameters, 6);
    tables[0].padding_id = -1;
    return tensor::embedding_norm(tables, options_of(parameters, 0.4, at::kDouble)).pow(3).sum();
  };
  check_gradients(loss, random_parameters(3, at::kDouble), 1e-4);
}

TEST_CASE("a bfloat16 result has float parameters, and its only error is the rounding") {
  const auto parameters = random_parameters(33);
  const auto tables = tables_of(parameters, 97);
  const at::Tensor got = tensor::embedding_norm(tables, options_of(parameters, 0.1, at::kBFloat16));
  const at::Tensor expected = tensor::embedding_norm(tables, options_of(parameters, 0.1));
  CHECK((got.scalar_type() == at::kBFloat16));
  CHECK(at::equal(got, expected.to(at::kBFloat16)));
  const auto have = gradients_of(got, parameters), want = gradients_of(expected, parameters);
  for (size_t i = 0; i < have.size(); ++i) {
    CHECK((have[i].scalar_type() == at::kFloat));
    CHECK(((have[i] - want[i]).norm() / want[i].norm()).item<double>() < 1e-2);
  }
}

TEST_CASE("tables without requires_grad get no gradient, and the norm's bias is optional") {
  const auto parameters = random_parameters(16);
  auto tables = tables_of(parameters, 9);
  auto options = options_of(parameters, 0);
  options.norm_bias = at::Tensor();
  const auto all = gradients_of(tensor::embedding_norm(tables, options), {parameters[1], parameters[3]});
  tables[0].weight = parameters[0].detach();
  const auto some = gradients_of(tensor::embedding_norm(tables, options), {parameters[1], parameters[3]});
  for (size_t i = 0; i < 2; ++i) CHECK(at::equal(all[i], some[i]));
}

TEST_CASE("the library's embedding applies dropout too") {
  const auto parameters = random_parameters(16);
  const at::Tensor y = tensor::embedding_norm_by_library(tables_of(parameters, 9), options_of(parameters, 1));
  CHECK(y.eq(0).all().item<bool>());
}

TEST_CASE("plain rows are added and scaled, with the gradient of each row; a large table's is sparse") {
  for (const int64_t num_rows : {4, 100}) {
    const at::Tensor words = at::arange(num_rows * 2, at::kFloat).view({num_rows, 2}).requires_grad_();
    const at::Tensor places = (at::arange(8, at::kFloat).view({4, 2}) * 10).requires_grad_();
    const at::Tensor ids = at::tensor({3, 0, 3}, at::kLong), positions = at::tensor({0, 1, 2}, at::kLong);
    const at::Tensor y = tensor::embedding_rows({{words, ids}, {places, positions, 1}}, 2, at::kFloat);
    CHECK(at::equal(y, 2 * (words.index_select(0, ids) + places.index_select(0, positions))));
    (y * at::tensor({1.0F, -3.0F})).sum().backward();
    CHECK(words.grad().is_sparse() == (num_rows == 100));
    const at::Tensor gradient = words.grad().to_dense();
    CHECK(at::equal(gradient[3], at::tensor({4.0F, -12.0F})));
    CHECK(at::equal(gradient[0], at::tensor({2.0F, -6.0F})));
    CHECK(gradient[1].eq(0).all().item<bool>());
    CHECK(places.grad()[1].eq(0).all().item<bool>());  // the padding row
    CHECK(at::equal(places.grad()[2], at::tensor({2.0F, -6.0F})));
  }
}

TEST_CASE("the scale of plain rows is rounded to their type, as in transformers") {
  // 55.4256 is 55.5 in bfloat16, and 3 * 55.5 = 166.5 is 166.
  const at::Tensor table = at::full({1, 1}, 3.0F), ids = at::zeros({1}, at::kLong);
  CHECK(tensor::embedding_rows({{table, ids}}, 55.4256, at::kBFloat16).item<double>() == 166);
  CHECK(tensor::embedding_rows({{table, ids}}, 0.1, at::kFloat).item<float>() == 3.0F * 0.1F);
  CHECK(expect_error([&] { tensor::embedding_rows({}, 1, at::kFloat); }).kind() == ErrorKind::kInternal);
  CHECK(expect_error([&] { tensor::embedding_rows({{table, ids + 1}}, 1, at::kFloat); }).kind() ==
        ErrorKind::kInternal);
}

TEST_CASE("operands that do not match are internal errors") {
  const auto parameters = random_parameters(16);
  const auto tables = tables_of(parameters, 9);
  const auto kind = [&](const std::vector<EmbeddingTable>& given, double p = 0) {
    return expect_error([&] { tensor::embedding_norm(given, options_of(parameters, p)); }).kind();
  };
  CHECK(kind({}) == ErrorKind::kInternal);
  CHECK(kind({5, tables[0]}) == ErrorKind::kInternal);
  CHECK(kind(tables, 2) == ErrorKind::kInternal);
  CHECK(kind({{parameters[0], at::full({3}, 50, at::kLong)}}) == ErrorKind::kInternal);
  CHECK(kind({{parameters[0], at::full({3}, -1, at::kLong)}}) == ErrorKind::kInternal);
  CHECK(kind({{at::ones({4, 3}), at::zeros({3}, at::kLong)}}) == ErrorKind::kInternal);
  CHECK(kind({tables[0], {parameters[1], at::zeros({3}, at::kLong)}}) == ErrorKind::kInternal);
}

}  // namespace embedding_test
