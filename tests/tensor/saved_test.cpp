#include "tensor/saved.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <doctest/doctest.h>

#include <string>

namespace saved_test {

using namespace hone;

struct Power {
  std::string name;
  double exponent = 1;
};

class PowerFunction : public torch::autograd::Function<PowerFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const Power& power) {
    context->save_for_backward({x});
    tensor::save(*context, power);
    return x.pow(power.exponent);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto& power = tensor::saved_in<Power>(*context);
    CHECK(power.name == "cube");
    const at::Tensor x = context->get_saved_variables()[0];
    return {gradients[0] * power.exponent * x.pow(power.exponent - 1), {}};
  }
};

TEST_CASE("backward gets the saved value, for every type") {
  const at::Tensor x = at::arange(1, 4, at::kFloat).requires_grad_();
  PowerFunction::apply(x, Power{"cube", 3}).sum().backward();
  CHECK(at::allclose(x.grad(), 3 * x.detach().square()));
}

}  // namespace saved_test
