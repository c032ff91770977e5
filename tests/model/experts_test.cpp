#include "model/experts.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <map>

namespace experts_test {

using namespace hone;

constexpr int64_t kWidth = 6, kInner = 5, kExperts = 4, kTaken = 2;

struct Block {
  explicit Block(bool normalises)
      : module({.width = kWidth,
                .inner_width = kInner,
                .num_experts = kExperts,
                .num_taken = kTaken,
                .activation = "silu",
                .normalises = normalises}) {
    const at::NoGradGuard no_grad;
    double phase = 0;
    for (const auto& item : module.named_parameters()) {
      at::Tensor parameter = item.value();
      parameter.copy_(at::sin(at::arange(parameter.numel(), at::kFloat) * 1.3 + phase++).view_as(parameter));
      parameters[item.key()] = parameter;
    }
  }

  // Token by token.
  at::Tensor by_definition(const at::Tensor& x, bool normalises) const {
    std::vector<at::Tensor> rows;
    for (int64_t t = 0; t < x.size(0); ++t) {
      auto [weights, experts] = at::topk(at::softmax(at::matmul(parameters.at("gate.weight"), x[t]), 0), kTaken);
      if (normalises) weights = weights / weights.sum();
      at::Tensor sum = at::zeros({kWidth});
      for (int64_t k = 0; k < kTaken; ++k) {
        const std::string expert = fmt::format("experts.{}.", experts[k].item<int64_t>());
        const auto times = [&](const char* name, const at::Tensor& y) {
          return at::matmul(parameters.at(expert + name + ".weight"), y);
        };
        sum = sum + weights[k] * times("down_proj", at::silu(times("gate_proj", x[t])) * times("up_proj", x[t]));
      }
      rows.push_back(sum);
    }
    return at::stack(rows);
  }

  model::ExpertFeedForward module;
  std::map<std::string, at::Tensor> parameters;
};

at::Tensor sample(int64_t num_tokens) {
  return at::sin(at::arange(num_tokens * kWidth, at::kFloat).square() * 0.3).view({num_tokens, kWidth});
}

TEST_CASE("each token gets the weighted sum of its experts, and so do gradients") {
  for (const bool normalises : {false, true}) {
    const Block block(normalises);
    for (const int64_t num_tokens : {1, 2, 17}) {
      CAPTURE(num_tokens);
      const at::Tensor x = sample(num_tokens).requires_grad_(), y = block.module.forward(x, nullptr);
      CHECK(at::allclose(y, block.by_definition(x, normalises), 1e-5, 1e-6));
      (y * y.detach().sin()).sum().backward();
      std::map<std::string, at::Tensor> found{{"x", x.grad().clone()}};
      for (const auto& [name, parameter] : block.parameters) {
        REQUIRE(parameter.grad().defined());  // also of experts that no token takes
        found[name] = parameter.grad().clone();
        parameter.mutable_grad() = at::Tensor();
      }
      const at::Tensor leaf = sample(num_tokens).requires_grad_(), expected = block.by_definition(leaf, normalises);
      (expected * expected.detach().sin()).sum().backward();
      CHECK(at::allclose(found.at("x"), leaf.grad(), 1e-4, 1e-5));
      for (const auto& [name, parameter] : block.parameters) {
        CAPTURE(name);
        const at::Tensor gradient = parameter.grad().defined() ? parameter.grad() : at::zeros(parameter.sizes());
        CHECK(at::allclose(found.at(name), gradient, 1e-4, 1e-5));
        parameter.mutable_grad() = at::Tensor();
      }
    }
  }
}

TEST_CASE("without gradients only experts with tokens are computed, with the same result") {
  const at::NoGradGuard no_grad;
  const Block block(true);
  CHECK(at::allclose(block.module.forward(sample(1), nullptr), block.by_definition(sample(1), true), 1e-5, 1e-6));
}

// 3 tokens of 2 layers; each takes 2 of 4 experts. By hand: taken (6, 2, 4, 0) / 6, probabilities (3, 1, 1.5, 0.5) / 6.
TEST_CASE("the load-balancing loss is E times the sum of shares times mean probabilities") {
  const model::BalanceSums sums{at::tensor({6.0F, 2.0F, 4.0F, 0.0F}), at::tensor({3.0F, 1.0F, 1.5F, 0.5F}), 6};
  CHECK(model::balance_loss(sums).item<double>() == doctest::Approx(4.0 * (18 + 2 + 6) / 36));
}

TEST_CASE("a balance counts every token of every call") {
  const at::NoGradGuard no_grad;
  const Block block(true);
  model::BalanceSums sums;
  block.module.forward(sample(5), &sums);
  block.module.forward(sample(7), &sums);
  CHECK(sums.num_rows == 12);
  CHECK(sums.taken.sum().item<double>() == 24);
  CHECK(sums.probabilities.sum().item<double>() == doctest::Approx(12));
}

}  // namespace experts_test
