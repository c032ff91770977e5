#include "tensor/cross_entropy.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "tensor/finite_differences.h"

namespace cross_entropy_test {

using namespace hone;
using tensor::CrossEntropyOptions;

at::Tensor random_input(at::IntArrayRef shape, uint64_t seed, at::ScalarType dtype = at::kFloat) {
  at::manual_seed(seed);
  return at::randn(shape, dtype).requires_grad_();
}

// Returns targets; every fourth row, from the third on, has none.
at::Tensor targets_of(int64_t rows, int64_t classes) {
  const at::Tensor places = at::arange(rows, at::kLong);
  return at::where(places.remainder(4).eq(3), at::full_like(places, -100), (places * 7).remainder(classes));
}

std::vector<at::Tensor> gradients_of(const at::Tensor& loss, const std::vector<at::Tensor>& inputs) {
  return torch::autograd::grad({loss * 1.5}, inputs, {}, /*retain_graph=*/true);
}

void check_same(const at::Tensor& got, const at::Tensor& expected, const std::vector<at::Tensor>& inputs) {
  CHECK(got.item<double>() == doctest::Approx(expected.item<double>()).epsilon(1e-5));
  const auto have = gradients_of(got, inputs), want = gradients_of(expected, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) CHECK(at::allclose(have[i], want[i], 1e-4, 1e-5));
}

constexpr CrossEntropyOptions kOptions[] = {{}, {.label_smoothing = 0.1}, {.scale = 0.125}, {-100, 1.0, 2.0}};

TEST_CASE("cross_entropy and its gradient equal libtorch's operation") {
  for (const int64_t classes : {1, 2, 17, 1000}) {
    for (const int64_t rows : {0, 1, 5, 97}) {
      for (const CrossEntropyOptions& options : kOptions) {
        INFO("classes ", classes, " rows ", rows, " smoothing ", options.label_smoothing);
        const at::Tensor logits = random_input({rows, classes}, 1), targets = targets_of(rows, classes);
        check_same(tensor::cross_entropy(logits, targets, options),
                   tensor::cross_entropy_by_library(logits, targets, options), {logits});
      }
    }
  }
}

TEST_CASE("label smoothing equals that of transformers") {
  // LabelSmoother: 0.9 times the mean of -log p over the targets, plus 0.1 times its mean over rows and classes.
  const at::Tensor logits = random_input({97, 33}, 1).detach(), targets = targets_of(97, 33);
  const at::Tensor kept = targets.ge(0), minus_log_p = -at::log_softmax(logits, 1);
  const at::Tensor picked = minus_log_p.gather(1, targets.clamp_min(0).unsqueeze(1)).squeeze(1);
  const double num_active = kept.sum().item<double>();
  const double plain = picked.masked_select(kept).sum().item<double>() / num_active;
  const double smooth = minus_log_p.sum(1).masked_select(kept).sum().item<double>() / (num_active * 33);
  const at::Tensor loss = tensor::cross_entropy(logits, targets, {.label_smoothing = 0.1, .scale = 1 / num_active});
  CHECK(loss.item<double>() == doctest::Approx(0.9 * plain + 0.1 * smooth).epsilon(1e-6));
}

TEST_CASE("linear_cross_entropy equals the cross_entropy of a linear, for every chunk size") {
  for (const int64_t rows : {0, 1, 5, 97}) {
    for (const int64_t chunk_bytes : {int64_t{1}, int64_t{4000}, int64_t{1} << 20}) {
      for (const CrossEntropyOptions& options : kOptions) {
        INFO("rows ", rows, " chunk ", chunk_bytes, " smoothing ", options.label_smoothing);
        const at::Tensor hidden = random_input({rows, 16}, 1), weight = random_input({33, 16}, 2);
        const at::Tensor bias = random_input({33}, 3), targets = targets_of(rows, 33);
        check_same(tensor::linear_cross_entropy(hidden, {weight, {}, bias}, targets, options, chunk_bytes),
                   tensor::cross_entropy_by_library(at::linear(hidden, weight, bias), targets, options),
                   {hidden, weight, bias});
        check_same(tensor::linear_cross_entropy(hidden, {weight, {}, {}}, targets, options, chunk_bytes),
                   tensor::cross_entropy_by_library(at::linear(hidden, weight), targets, options), {hidden, weight});
      }
    }
  }
}

TEST_CASE("the gradients of both cross-entropies equal finite differences") {
  const at::Tensor targets = targets_of(5, 7);
  const CrossEntropyOptions options{.label_smoothing = 0.2, .scale = 0.5};
  const auto loss = [&](const std::vector<at::Tensor>& in) { return tensor::cross_entropy(in[0], targets, options); };
  check_gradients(loss, {random_input({5, 7}, 1, at::kDouble)});
  const auto linear_loss = [&](const std::vector<at::Tensor>& in) {
    return tensor::linear_cross_entropy(in[0], {in[1], {}, in[2]}, targets, options, 120);
  };
  check_gradients(linear_loss, {random_input({5, 3}, 1, at::kDouble), random_input({7, 3}, 2, at::kDouble),
                                random_input({7}, 3, at::kDouble)});
}

TEST_CASE("if all rows are ignored, loss and gradients are 0") {
  const at::Tensor targets = at::full({5}, 9, at::kLong);
  const CrossEntropyOptions options{.ignore_index = 9, .label_smoothing = 0.1};
  const at::Tensor logits = random_input({5, 33}, 1);
  const at::Tensor loss = tensor::cross_entropy(logits, targets, options);
  CHECK(loss.item<float>() == 0);
  CHECK(gradients_of(loss, {logits})[0].eq(0).all().item<bool>());
  const at::Tensor hidden = random_input({5, 16}, 1), weight = random_input({33, 16}, 2);
  const at::Tensor linear_loss = tensor::linear_cross_entropy(hidden, {weight, {}, {}}, targets, options);
  CHECK(linear_loss.item<float>() == 0);
  for (const at::Tensor& gradient : gradients_of(linear_loss, {hidden, weight})) {
    CHECK(gradient.eq(0).all().item<bool>());
  }
}

TEST_CASE("the loss is the same if no gradients are required") {
  const at::Tensor hidden = random_input({97, 16}, 1), weight = random_input({33, 16}, 2), targets = targets_of(97, 33);
  const at::Tensor loss = tensor::linear_cross_entropy(hidden, {weight, {}, {}}, targets, {}, 4000);
  const at::NoGradGuard no_grad;
  CHECK(at::equal(tensor::linear_cross_entropy(hidden, {weight, {}, {}}, targets, {}, 4000), loss));
}

TEST_CASE("bfloat16 rows have a float loss, and float weights have float gradients") {
  const at::Tensor hidden = random_input({97, 16}, 1).detach().to(at::kBFloat16).requires_grad_();
  const at::Tensor weight = random_input({33, 16}, 2), targets = targets_of(97, 33);
  const at::Tensor wide = hidden.detach().to(at::kFloat).requires_grad_();
  const at::Tensor expected = tensor::linear_cross_entropy(wide, {weight, {}, {}}, targets);
  for (const at::Tensor& cast : {at::Tensor(), weight.detach().to(at::kBFloat16)}) {
    const at::Tensor loss = tensor::linear_cross_entropy(hidden, {weight, cast, {}}, targets, {}, 1000);
    CHECK((loss.scalar_type() == at::kFloat));
    CHECK(loss.item<double>() == doctest::Approx(expected.item<double>()).epsilon(1e-2));
    const auto have = gradients_of(loss, {hidden, weight}), want = gradients_of(expected, {wide, weight});
    CHECK((have[1].scalar_type() == at::kFloat));
    for (size_t i = 0; i < 2; ++i) {
      CHECK(((have[i].to(at::kFloat) - want[i]).norm() / want[i].norm()).item<double>() < 2e-2);
    }
  }
}

TEST_CASE("a soft cap of the logits is part of the output layer") {
  const at::Tensor hidden = random_input({31, 7}, 1), weight = random_input({13, 7}, 2), targets = targets_of(31, 13);
  const at::Tensor capped = tensor::soft_capped(at::matmul(hidden, weight.t()), 1.5);
  CHECK(capped.abs().max().item<double>() < 1.5);
  CHECK(at::allclose(capped, at::tanh(at::matmul(hidden, weight.t()) / 1.5) * 1.5));
  const at::Tensor expected = tensor::cross_entropy(capped, targets);
  const tensor::OutputLayer layer{.weight = weight, .cast_weight = {}, .bias = {}, .soft_cap = 1.5};
  const at::Tensor loss = tensor::linear_cross_entropy(hidden, layer, targets, {}, 200);
  CHECK(loss.item<double>() == doctest::Approx(expected.item<double>()).epsilon(1e-6));
  const auto have = gradients_of(loss, {hidden, weight}), want = gradients_of(expected, {hidden, weight});
  for (size_t i = 0; i < 2; ++i) CHECK(at::allclose(have[i], want[i], 1e-4, 1e-5));
  const at::Tensor logits = random_input({2, 3}, 3);
  CHECK(tensor::soft_capped(logits, 0).is_same(logits));
}

TEST_CASE("both cross-entropies are bit-identical from run to run") {
  const at::Tensor logits = random_input({997, 1000}, 1), targets = targets_of(997, 1000);
  const at::Tensor first = tensor::cross_entropy(logits, targets), second = tensor::cross_entropy(logits, targets);
  CHECK(at::equal(first, second));
  CHECK(at::equal(gradients_of(first, {logits})[0], gradients_of(second, {logits})[0]));
}

TEST_CASE("operands that do not match are internal errors") {
  const at::Tensor logits = at::ones({3, 4}), targets = at::zeros({3}, at::kLong);
  const auto kind = [](auto f) { return expect_error(f).kind(); };
  CHECK(kind([&] { tensor::cross_entropy(at::ones({4}), targets); }) == ErrorKind::kInternal);
  CHECK(kind([&] { tensor::cross_entropy(logits, at::zeros({2}, at::kLong)); }) == ErrorKind::kInternal);
  CHECK(kind([&] { tensor::cross_entropy(logits, at::full({3}, 4, at::kLong)); }) == ErrorKind::kInternal);
  CHECK(kind([&] { tensor::cross_entropy(logits, targets, {.label_smoothing = 2}); }) == ErrorKind::kInternal);
  CHECK(kind([&] { tensor::linear_cross_entropy(logits, {at::ones({4, 5}), {}, {}}, targets); }) ==
        ErrorKind::kInternal);
}

}  // namespace cross_entropy_test
