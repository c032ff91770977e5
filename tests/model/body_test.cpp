#include "model/body.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>

using namespace hone;

namespace {

// Multiplies x by a weight in each layer.
class Scale final : public model::Body {
 public:
  explicit Scale(const std::vector<double>& factors)
      : Body({.num_layers = static_cast<int64_t>(factors.size())}), calls(factors.size()) {
    for (size_t i = 0; i < factors.size(); ++i) {
      weights.push_back(register_parameter("weight" + std::to_string(i), at::full({1}, factors[i])));
    }
  }

  std::vector<at::Tensor> weights;
  mutable std::vector<int> calls;

 protected:
  model::Stream begin(const model::Inputs& inputs, const nn::ForwardContext&) const override {
    return {inputs.text.ids, inputs.text.packing};
  }
  at::Tensor layer(int64_t index, const model::Stream& stream, const nn::ForwardContext&) const override {
    CHECK(stream.packing.num_tokens() == 4);
    ++calls[static_cast<size_t>(index)];
    return stream.x * weights[static_cast<size_t>(index)];
  }
  model::Hidden end(model::Stream&& stream, const nn::ForwardContext&) const override {
    return {.tokens = stream.x, .packing = stream.packing, .pooled = {}};
  }
};

}  // namespace

TEST_CASE("layers follow each other, and recomputing them changes nothing but the work") {
  for (const bool recomputes : {false, true}) {
    const auto body = std::make_shared<Scale>(std::vector{2.0, 3.0});
    nn::ForwardContext context{.training = true};
    context.recomputes_layers = recomputes;
    const at::Tensor x = at::ones({4}).requires_grad_();
    const model::Inputs inputs{{.ids = x, .type_ids = {}, .packing = tensor::Packing::from_lengths({4})}};
    const at::Tensor out = body->forward(inputs, context).tokens;
    CHECK(at::equal(out, at::full({4}, 6.0)));
    out.sum().backward();
    CHECK(at::equal(x.grad(), at::full({4}, 6.0)));
    CHECK(body->calls == std::vector<int>(2, recomputes ? 2 : 1));
    CHECK(body->weights[0].grad().item<float>() == 12);
  }
}

TEST_CASE("a pass without training keeps nothing to recompute") {
  const auto body = std::make_shared<Scale>(std::vector{2.0});
  nn::ForwardContext context;
  context.recomputes_layers = true;
  const model::Inputs inputs{{.ids = at::ones({4}), .type_ids = {}, .packing = tensor::Packing::from_lengths({4})}};
  CHECK(at::equal(body->forward(inputs, context).tokens, at::full({4}, 2.0)));
  CHECK(body->calls == std::vector<int>{1});
}
