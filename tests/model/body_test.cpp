#include "model/body.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>

namespace body_test {

using namespace hone;

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

TEST_CASE("a pass goes on from a kept prefix, ends early, and collects what flows between the layers") {
  const auto body = std::make_shared<Scale>(std::vector{2.0, 3.0, 5.0});
  const model::Inputs inputs{{.ids = at::ones({4}), .type_ids = {}, .packing = tensor::Packing::from_lengths({4})}};
  const model::Stream prefix = body->prefix(inputs, {.training = true}, 2);
  CHECK(at::equal(prefix.x, at::full({4}, 6.0)));
  CHECK_FALSE(prefix.x.requires_grad());
  const at::Tensor out = body->forward(inputs, {.training = true}, {.num_prefix = 2, .prefix = prefix}).tokens;
  CHECK(at::equal(out, at::full({4}, 30.0)));
  CHECK(body->calls == std::vector<int>{1, 1, 1});
  out.sum().backward();
  CHECK_FALSE(body->weights[1].grad().defined());
  CHECK(body->weights[2].grad().item<float>() == 24);
  std::vector<at::Tensor> outputs;
  CHECK(at::equal(body->forward(inputs, {}, {.num_layers = 2, .outputs = &outputs}).tokens, at::full({4}, 6.0)));
  REQUIRE(outputs.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(at::equal(outputs[i], at::full({4}, std::vector{1.0, 2.0, 6.0}[i])));
  CHECK(at::equal(body->forward(inputs, {}, {.num_layers = 0}).tokens, at::ones({4})));
  CHECK_THROWS(body->forward(inputs, {}, {.num_layers = 4}));
  CHECK_THROWS(body->prefix(inputs, {}, 4));
}

TEST_CASE("frozen stages in front are computed without gradients, and frozen ones keep no graph of their own") {
  const auto body = std::make_shared<Scale>(std::vector{2.0, 3.0, 5.0});
  body->weights[0].requires_grad_(false);
  const model::Inputs inputs{{.ids = at::ones({4}), .type_ids = {}, .packing = tensor::Packing::from_lengths({4})}};
  CHECK_FALSE(body->num_frozen_layers());
  body->set_frozen({{false, true, true, false}});
  CHECK_FALSE(body->num_frozen_layers());
  body->set_frozen({{true, true, false, true}, /*evaluates=*/false});
  CHECK_FALSE(body->num_frozen_layers());
  body->set_frozen({{true, true, false, true}});
  CHECK(body->num_frozen_layers() == 1);
  for (const bool recomputes : {false, true}) {
    nn::ForwardContext context{.training = true};
    context.recomputes_layers = recomputes;
    body->weights[1].mutable_grad() = at::Tensor();
    body->forward(inputs, context).tokens.sum().backward();
    CHECK_FALSE(body->weights[0].grad().defined());
    CHECK(body->weights[1].grad().item<float>() == 40);
  }
}

TEST_CASE("a frozen stage computes as in evaluation, or with dropout if it shall") {
  // The first layer shows whether it trains.
  class Shown final : public model::Body {
   public:
    Shown() : Body({.num_layers = 1}) {}
    mutable std::vector<bool> trains;

   private:
    model::Stream begin(const model::Inputs& inputs, const nn::ForwardContext& context) const override {
      trains.push_back(context.training);
      return {inputs.text.ids, inputs.text.packing};
    }
    at::Tensor layer(int64_t, const model::Stream& stream, const nn::ForwardContext& context) const override {
      trains.push_back(context.training);
      return stream.x;
    }
    model::Hidden end(model::Stream&& stream, const nn::ForwardContext&) const override {
      return {.tokens = stream.x, .packing = stream.packing, .pooled = {}};
    }
  };
  const model::Inputs inputs{{.ids = at::ones({4}), .type_ids = {}, .packing = tensor::Packing::from_lengths({4})}};
  const auto shown = [&](const model::FrozenStages& frozen) {
    const auto body = std::make_shared<Shown>();
    body->set_frozen(frozen);
    body->forward(inputs, {.training = true});
    return body->trains;
  };
  CHECK(shown({}) == std::vector<bool>{true, true});
  CHECK(shown({{true, false}}) == std::vector<bool>{false, true});
  CHECK(shown({{false, true}}) == std::vector<bool>{true, false});
  CHECK(shown({{true, true}}) == std::vector<bool>{false, false});
  CHECK(shown({{true, true}, /*evaluates=*/false}) == std::vector<bool>{true, true});
}

}  // namespace body_test
