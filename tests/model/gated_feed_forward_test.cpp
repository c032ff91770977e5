#include "model/gated_feed_forward.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

namespace gated_feed_forward_test {

using namespace hone;

void fill(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  double phase = 0;
  for (at::Tensor parameter : module.parameters()) {
    parameter.copy_(at::sin(at::arange(parameter.numel(), at::kFloat) * 1.3 + phase++).view_as(parameter));
  }
}

TEST_CASE("the block is down(activation(gate) * up), with and without biases") {
  const at::NoGradGuard no_grad;
  const at::Tensor x = at::sin(at::arange(5 * 6, at::kFloat)).view({5, 6});
  for (const bool has_bias : {false, true}) {
    model::GatedFeedForward block(
        {.width = 6, .inner_width = 4, .activation = "gelu_pytorch_tanh", .has_bias = has_bias});
    fill(block);
    CHECK(block.named_parameters().size() == (has_bias ? 6 : 3));
    const auto of = [&](const char* name, const at::Tensor& input) {
      const auto all = block.named_parameters();
      const std::string prefix = name;
      return at::linear(input, all[prefix + ".weight"], has_bias ? all[prefix + ".bias"] : at::Tensor());
    };
    const at::Tensor expected = of("down_proj", at::gelu(of("gate_proj", x), "tanh") * of("up_proj", x));
    CHECK(at::allclose(block.forward(x), expected, 1e-5, 1e-6));
  }
}

TEST_CASE("gate and up may be one parameter, gate first") {
  const at::NoGradGuard no_grad;
  model::GatedFeedForward parts({.width = 6, .inner_width = 4, .activation = "silu"});
  model::GatedFeedForward joined({.width = 6, .inner_width = 4, .activation = "silu", .is_joined = true});
  fill(parts);
  const auto parameters = joined.named_parameters();
  CHECK(parameters.keys() == std::vector<std::string>{"gate_up_proj.weight", "down_proj.weight"});
  at::Tensor(parameters["gate_up_proj.weight"]).copy_(at::cat({parts.gate_weight(), parts.up_weight()}));
  at::Tensor(parameters["down_proj.weight"]).copy_(parts.down_weight());
  const at::Tensor x = at::sin(at::arange(5 * 6, at::kFloat)).view({5, 6});
  CHECK(at::allclose(parts.forward(x), joined.forward(x), 1e-6, 1e-6));
}

}  // namespace gated_feed_forward_test
