#include "tensor/activated_linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/graph_task.h>

#include <optional>

#include "base/error.h"
#include "tensor/activation.h"
#include "tensor/packed_linear.h"
#include "tensor/products.h"
#include "tensor/saved.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

using kernel::ActivationKind;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

kernel::ActivationShape shape_of(const at::Tensor& x, ActivationKind kind) { return {x.size(0), x.size(1), kind}; }

struct Settings {
  ActivationKind kind = ActivationKind::kGelu;
  bool overwrite_x = false;
  at::ScalarType weight_type = at::kFloat;
};

// Returns false if the graph is retained, because backward may run again.
bool may_overwrite(bool overwrite_x) { return overwrite_x && !torch::autograd::get_current_graph_task_keep_graph(); }

// activation(x + bias) [T, I]; x is contiguous, bias [I] or undefined.
at::Tensor activated_rows(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind) {
  at::Tensor activated = at::empty_like(x);
  for_storage_type(x, [&](auto type) {
    using S = decltype(type);
    kernel::activation_forward<S>(shape_of(x, kind), elements<S>(x), elements<kernel::Computed<S>>(bias),
                                  mutable_elements<S>(activated));
  });
  return activated;
}

// activation(gate) * up [T, I]; `joined` [T, 2 I] is contiguous.
at::Tensor gated_rows(const at::Tensor& joined, ActivationKind kind) {
  at::Tensor activated = at::empty({joined.size(0), joined.size(1) / 2}, joined.options());
  gated_forward(joined, kind, activated);
  return activated;
}

class ActivatedLinearFunction : public torch::autograd::Function<ActivatedLinearFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given_x, const at::Tensor& weight,
                            const at::Tensor& cast_weight, const std::optional<at::Tensor>& given_bias,
                            ActivationKind kind, bool overwrite_x) {
    const at::Tensor x = given_x.contiguous();
    const at::Tensor bias = given_bias ? given_bias->contiguous() : at::Tensor();
    context->save_for_backward({x, bias, cast_weight});
    save(*context, Settings{kind, overwrite_x, weight.scalar_type()});
    return linear_product(activated_rows(x, bias, kind), cast_weight, {});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &bias = saved[1], &cast_weight = saved[2];
    const auto& [kind, overwrite_x, weight_type] = saved_in<Settings>(*context);
    const at::Tensor gradient = gradients[0].contiguous();
    const at::Tensor x_gradient = rows_product(gradient, cast_weight);  // the sweep makes it that of x
    at::Tensor activated;
    if (context->needs_input_grad(1)) activated = may_overwrite(overwrite_x) ? x : at::empty_like(x);
    const bool wants_bias = bias.defined() && context->needs_input_grad(3);
    const at::Tensor bias_gradient = wants_bias ? at::zeros_like(bias) : at::Tensor();
    for_storage_type(x, [&, kind = kind](auto type) {
      using S = decltype(type);
      using A = kernel::Computed<S>;
      kernel::activation_backward<S>(shape_of(x, kind), elements<S>(x), elements<A>(bias), elements<S>(x_gradient),
                                     mutable_elements<S>(x_gradient), mutable_elements<A>(bias_gradient),
                                     mutable_elements<S>(activated));
    });
    at::Tensor of_weight;
    if (activated.defined()) of_weight = weight_gradient(gradient, activated).to(weight_type);
    return {x_gradient, of_weight, {}, bias_gradient, {}, {}};
  }
};

class GatedLinearFunction : public torch::autograd::Function<GatedLinearFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given, const at::Tensor& weight,
                            const at::Tensor& cast_weight, ActivationKind kind, bool overwrite_x) {
    const at::Tensor joined = given.contiguous();
    context->save_for_backward({joined, cast_weight});
    save(*context, Settings{kind, overwrite_x, weight.scalar_type()});
    return linear_product(gated_rows(joined, kind), cast_weight, {});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &joined = saved[0], &cast_weight = saved[1];
    const auto& [kind, overwrite_x, weight_type] = saved_in<Settings>(*context);
    const at::Tensor gradient = gradients[0].contiguous();
    const at::Tensor of_activated = rows_product(gradient, cast_weight);
    // A new tensor over the memory: the saved one has a place in the graph.
    const at::Tensor of_joined = may_overwrite(overwrite_x) ? joined.detach() : at::empty_like(joined);
    const at::Tensor activated = context->needs_input_grad(1) ? of_activated : at::Tensor();  // the sweep replaces it
    gated_backward(joined, kind, of_activated, of_joined, activated);
    at::Tensor of_weight;
    if (activated.defined()) of_weight = weight_gradient(gradient, activated).to(weight_type);
    return {of_joined, of_weight, {}, {}, {}};
  }
};

}  // namespace

at::Tensor gated_linear(const at::Tensor& gate_and_up, ActivationKind kind, const at::Tensor& weight,
                        const at::Tensor& cast_weight, bool overwrite_x) {
  check_internal(gate_and_up.dim() == 2 && gate_and_up.device().is_cpu() && gate_and_up.size(1) == 2 * weight.size(1) &&
                     (cast_weight.scalar_type() == gate_and_up.scalar_type() || weights_stay_plain()),
                 "a gated product takes rows of gate and up of its type on the processor");
  if (!at::GradMode::is_enabled()) return linear_product(gated_rows(gate_and_up.contiguous(), kind), cast_weight, {});
  return GatedLinearFunction::apply(gate_and_up, weight, cast_weight, kind, overwrite_x);
}

at::Tensor activated_linear(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind, const at::Tensor& weight,
                            const at::Tensor& cast_weight, bool overwrite_x) {
  check_internal(
      x.dim() == 2 && x.device().is_cpu() && (cast_weight.scalar_type() == x.scalar_type() || weights_stay_plain()),
      "an activated product takes rows of its type on the processor");
  check_internal(!bias.defined() || bias.numel() == x.size(1), "an activation's bias is as wide as x");
  if (!at::GradMode::is_enabled()) {
    const at::Tensor own_bias = bias.defined() ? bias.to(computed_dtype(x)).contiguous() : bias;
    return linear_product(activated_rows(x.contiguous(), own_bias, kind), cast_weight, {});
  }
  const auto columns = bias.defined() ? std::optional(bias.to(computed_dtype(x))) : std::nullopt;
  return ActivatedLinearFunction::apply(x, weight, cast_weight, columns, kind, overwrite_x);
}

}  // namespace hone::tensor
