#include "tensor/activated_linear.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sin.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include "tensor/activation.h"
#include "tensor/allocator.h"
#include "tensor/finite_differences.h"
#include "tensor/linear.h"

namespace activated_linear_test {

using namespace hone;
using tensor::ActivationKind;

constexpr ActivationKind kKinds[] = {ActivationKind::kGelu, ActivationKind::kGeluTanh, ActivationKind::kGeluQuick,
                                     ActivationKind::kSilu, ActivationKind::kRelu};

at::Tensor values(at::IntArrayRef sizes, double frequency, at::ScalarType type = at::kFloat) {
  const int64_t count = c10::multiply_integers(sizes);
  return (2 * at::sin(at::arange(count, at::kDouble) * frequency)).view(sizes).to(type).requires_grad_();
}

std::vector<at::Tensor> gradients_of(const at::Tensor& y, const std::vector<at::Tensor>& inputs) {
  const at::Tensor weights = at::cos(at::arange(y.numel(), at::kFloat)).view_as(y).to(y.scalar_type());
  return torch::autograd::grad({(y * weights).sum()}, inputs, {}, /*retain_graph=*/true);
}

// Checks that the result is bit-identical to the two operations one after the other.
void check_same(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& weight, ActivationKind kind) {
  tensor::CastWeight cast;
  const at::Tensor& cast_weight = cast.in(weight, x.scalar_type());
  const at::Tensor got = tensor::activated_linear(x, bias, kind, weight, cast_weight);
  const at::Tensor want = tensor::linear(tensor::activation(x, bias, kind), weight, cast_weight, {});
  CHECK(at::equal(got, want));
  std::vector<at::Tensor> inputs{x, weight};
  if (bias.defined()) inputs.push_back(bias);
  for (int repeat = 0; repeat < 2; ++repeat) {  // with a retained graph the second backward returns the same
    const auto have = gradients_of(got, inputs), expected = gradients_of(want, inputs);
    for (size_t i = 0; i < inputs.size(); ++i) {
      INFO("input ", i);
      CHECK((have[i].scalar_type() == inputs[i].scalar_type()));
      CHECK(at::equal(have[i], expected[i]));
    }
  }
}

TEST_CASE("an activated linear equals activation and linear, with the same gradients") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t rows : {0, 1, 5, 97}) {
      for (const int64_t width : {1, 33, 96}) {
        INFO("kind ", static_cast<int>(kind), " rows ", rows, " width ", width);
        const at::Tensor bias = values({width}, 0.9), weight = values({24, width}, 0.7);
        check_same(values({rows, width}, 0.3), bias, weight, kind);
        check_same(values({rows, width}, 0.3), {}, weight, kind);
        check_same(values({rows, width}, 0.3, at::kBFloat16), bias, weight, kind);
      }
    }
  }
}

TEST_CASE("the gradients of an activated linear equal finite differences") {
  const auto loss = [](const std::vector<at::Tensor>& in) {
    return tensor::activated_linear(in[0], in[1], ActivationKind::kGelu, in[2], in[2].detach()).square().sum();
  };
  check_gradients(loss,
                  {values({3, 5}, 0.3, at::kDouble), values({5}, 0.9, at::kDouble), values({4, 5}, 0.7, at::kDouble)});
}

TEST_CASE("frozen inputs of an activated linear get no gradient") {
  const at::Tensor x = values({5, 8}, 0.3), weight = values({4, 8}, 0.7).detach(), bias = values({8}, 0.9).detach();
  const at::Tensor y = tensor::activated_linear(x, bias, ActivationKind::kGelu, weight, weight);
  y.sum().backward();
  const at::Tensor x2 = x.detach().clone().requires_grad_();
  tensor::linear(tensor::activation(x2, bias, ActivationKind::kGelu), weight, weight, {}).sum().backward();
  CHECK(at::equal(x.grad(), x2.grad()));
  CHECK(!weight.grad().defined());
  CHECK(!bias.grad().defined());
}

TEST_CASE("x is overwritten only if the caller permits it and the graph is not retained") {
  const at::Tensor bias = values({33}, 0.9), weight = values({24, 33}, 0.7);
  for (const bool overwrites : {true, false}) {
    for (const bool keeps : {true, false}) {
      INFO("overwrites ", overwrites, " keeps ", keeps);
      const at::Tensor x = values({97, 33}, 0.3), copy = x.detach().clone().requires_grad_();
      const auto sum = [&](const at::Tensor& in, bool overwrite) {
        return tensor::activated_linear(in, bias, ActivationKind::kGelu, weight, weight.detach(), overwrite).sum();
      };
      const auto have = torch::autograd::grad({sum(x, overwrites)}, {x, weight, bias}, {}, keeps);
      const auto want = torch::autograd::grad({sum(copy, false)}, {copy, weight, bias}, {}, true);
      for (size_t i = 0; i < have.size(); ++i) CHECK(at::equal(have[i], want[i]));
      CHECK(at::equal(x, copy) == !(overwrites && !keeps));
    }
  }
}

TEST_CASE("a gated linear equals gated_activation and linear, with the same gradients") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t rows : {0, 1, 97}) {
      for (const int64_t width : {1, 33, 96}) {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
          INFO("kind ", static_cast<int>(kind), " rows ", rows, " width ", width);
          const at::Tensor x = values({rows, 2 * width}, 0.3, type), weight = values({24, width}, 0.7);
          tensor::CastWeight cast;
          const at::Tensor& cast_weight = cast.in(weight, type);
          const at::Tensor got = tensor::gated_linear(x, kind, weight, cast_weight);
          const at::Tensor want = tensor::linear(tensor::gated_activation(x, kind), weight, cast_weight, {});
          CHECK(at::equal(got, want));
          for (int repeat = 0; repeat < 2; ++repeat) {
            const auto have = gradients_of(got, {x, weight}), expected = gradients_of(want, {x, weight});
            for (size_t i = 0; i < 2; ++i) CHECK(at::equal(have[i], expected[i]));
          }
        }
      }
    }
  }
  const auto loss = [](const std::vector<at::Tensor>& in) {
    return tensor::gated_linear(in[0], ActivationKind::kGelu, in[1], in[1].detach()).square().sum();
  };
  check_gradients(loss, {values({3, 10}, 0.3, at::kDouble), values({4, 5}, 0.7, at::kDouble)});
}

TEST_CASE("gate and up are overwritten only if the caller permits it and the graph is not retained") {
  const at::Tensor weight = values({24, 33}, 0.7);
  for (const bool overwrites : {true, false}) {
    for (const bool keeps : {true, false}) {
      INFO("overwrites ", overwrites, " keeps ", keeps);
      const at::Tensor x = values({97, 66}, 0.3), copy = x.detach().clone().requires_grad_();
      const auto sum = [&](const at::Tensor& in, bool overwrite) {
        return tensor::gated_linear(in, ActivationKind::kGelu, weight, weight.detach(), overwrite).sum();
      };
      const auto have = torch::autograd::grad({sum(x, overwrites)}, {x, weight}, {}, keeps);
      const auto want = torch::autograd::grad({sum(copy, false)}, {copy, weight}, {}, true);
      for (size_t i = 0; i < have.size(); ++i) CHECK(at::equal(have[i], want[i]));
      CHECK(at::equal(x, copy) == !(overwrites && !keeps));
    }
  }
}

TEST_CASE("the graph of an activated linear does not store the activations") {
  tensor::install_caching_allocator();
  const at::Tensor x = values({2048, 1024}, 0.3), weight = values({8, 1024}, 0.7);  // x: 8 MiB
  const uint64_t before = tensor::allocator_statistics().in_use_bytes;
  const at::Tensor y = tensor::activated_linear(x, {}, ActivationKind::kGelu, weight, weight.detach());
  CHECK(tensor::allocator_statistics().in_use_bytes - before < uint64_t{1} << 20);
  const at::Tensor kept = tensor::linear(tensor::activation(x, {}, ActivationKind::kGelu), weight, weight.detach(), {});
  CHECK(tensor::allocator_statistics().in_use_bytes - before >= uint64_t{8} << 20);
}

}  // namespace activated_linear_test
