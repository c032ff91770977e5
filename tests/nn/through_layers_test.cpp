#include "nn/through_layers.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace hone;

namespace {

class Scale : public torch::nn::Module {
 public:
  explicit Scale(double factor) : weight(register_parameter("weight", at::full({1}, factor))) {}
  at::Tensor forward(const at::Tensor& x, const tensor::Packing&, const nn::ForwardContext&) const {
    ++calls;
    return x * weight;
  }
  at::Tensor weight;
  mutable int calls = 0;
};

}  // namespace

TEST_CASE("layers run in order, and recomputation changes no result") {
  for (const bool recomputes : {false, true}) {
    nn::ModuleList<Scale> layers;
    for (const double factor : {2.0, 3.0}) layers.append(std::make_shared<Scale>(factor));
    nn::ForwardContext context{.training = true};
    context.recomputes_layers = recomputes;
    const at::Tensor x = at::ones({4}).requires_grad_();
    const at::Tensor out = nn::through_layers(layers, x, {}, context);
    CHECK(at::equal(out, at::full({4}, 6.0)));
    out.sum().backward();
    CHECK(at::equal(x.grad(), at::full({4}, 6.0)));
    for (const auto& layer : layers) CHECK(layer->calls == (recomputes ? 2 : 1));
    CHECK((*layers.begin())->weight.grad().item<float>() == 12);
  }
}
