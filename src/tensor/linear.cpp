#include "tensor/linear.h"

#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "tensor/packed_linear.h"
#include "tensor/products.h"
#include "tensor/saved.h"

namespace hone::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor as_rows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

struct LinearTypes {
  at::ScalarType weight = at::kFloat;
  std::optional<at::ScalarType> bias;
};

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& cast_weight, const std::optional<at::Tensor>& bias) {
    // Only the weight's gradient reads x.
    context->save_for_backward({weight.requires_grad() ? x : at::Tensor(), cast_weight});
    save(*context, LinearTypes{weight.scalar_type(), bias ? std::optional(bias->scalar_type()) : std::nullopt});
    return linear_product(x, cast_weight, bias.value_or(at::Tensor()));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& [weight_type, bias_type] = saved_in<LinearTypes>(*context);
    const at::Tensor& gradient = gradients[0];
    at::Tensor x_gradient, of_weight, bias_gradient;
    if (context->needs_input_grad(0)) x_gradient = rows_product(gradient, saved[1]);
    if (context->needs_input_grad(1)) of_weight = weight_gradient(gradient, saved[0]).to(weight_type);
    if (bias_type && context->needs_input_grad(3)) bias_gradient = at::sum(gradient, {0}, false, bias_type);
    return {x_gradient, of_weight, {}, bias_gradient};
  }
};

struct JoinedParts {
  std::vector<int64_t> rows;
  at::ScalarType type = at::kFloat;
  size_t num_biases = 0;
};

// The parameters as one product reads them: no variables for autograd.
struct JoinedBlock {
  at::Tensor weight, bias;
};

// Inputs: x, the block, then the weights, then the biases.
class JoinedLinearFunction : public torch::autograd::Function<JoinedLinearFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const JoinedBlock& block,
                            at::TensorList weights, at::TensorList biases) {
    const bool has_trained =
        std::ranges::any_of(weights, [](const at::Tensor& weight) { return weight.requires_grad(); });
    context->save_for_backward({has_trained ? x : at::Tensor(), block.weight});
    JoinedParts parts{.type = weights[0].scalar_type(), .num_biases = biases.size()};
    for (const at::Tensor& weight : weights) parts.rows.push_back(weight.size(0));
    save(*context, std::move(parts));
    return linear_product(x, block.weight, block.bias);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& parts = saved_in<JoinedParts>(*context);
    const at::Tensor& gradient = gradients[0];
    const at::Tensor x_gradient = context->needs_input_grad(0) ? rows_product(gradient, saved[1]) : at::Tensor();
    variable_list result{x_gradient, {}};
    const size_t first_weight = result.size(), first_bias = first_weight + parts.rows.size();
    result.resize(first_bias + parts.num_biases);
    // Autograd does not number the block.
    if (context->needs_input_grad({{first_weight - 1, first_bias - 1}})) {
      put_parts(weight_gradient(gradient, saved[0]).to(parts.type), parts.rows, result, first_weight);
    }
    if (parts.num_biases > 0 && context->needs_input_grad({{first_bias - 1, result.size() - 1}})) {
      put_parts(at::sum(gradient, {0}, false, parts.type), parts.rows, result, first_bias);
    }
    return result;
  }

 private:
  static void put_parts(const at::Tensor& joined, const std::vector<int64_t>& rows, variable_list& result,
                        size_t first) {
    for (const at::Tensor& part : joined.split_with_sizes(rows)) result[first++] = part;
  }
};

void check_types(const at::Tensor& x, const at::Tensor& weight) {
  check_internal(weight.scalar_type() == x.scalar_type() || weights_stay_plain(),
                 "a product takes operands of one type");
}

}  // namespace

int64_t version_of(const at::Tensor& weight) { return weight.is_inference() ? 0 : weight._version(); }

at::Tensor CastWeight::in(const at::Tensor& weight, at::ScalarType dtype, int64_t version) {
  if (weight.scalar_type() == dtype || weights_stay_plain()) return weight;
  if (!copy_.defined() || copy_.scalar_type() != dtype || source_ != weight.const_data_ptr() || version_ != version) {
    // Leaves inference mode, because a training step may later use the copy that an evaluation makes.
    const c10::InferenceMode for_training_too(false);
    const at::NoGradGuard no_gradients;
    copy_ = weight.detach().to(dtype);
    source_ = weight.const_data_ptr();
    version_ = version;
  }
  return copy_;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& cast_weight,
                  const at::Tensor& bias) {
  check_types(x, cast_weight);
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  if (!at::GradMode::is_enabled()) return linear_product(as_rows(x), cast_weight, bias).view(sizes);
  const auto optional_bias = bias.defined() ? std::optional(bias) : std::nullopt;
  return LinearFunction::apply(as_rows(x), weight, cast_weight, optional_bias).view(sizes);
}

at::Tensor joined_linear(const at::Tensor& x, const std::vector<at::Tensor>& weights,
                         const std::vector<at::Tensor>& biases, const at::Tensor& joined,
                         const at::Tensor& joined_bias) {
  check_internal(x.dim() == 2, "a joined product takes rows");
  check_types(x, joined);
  if (!at::GradMode::is_enabled()) return linear_product(x, joined, joined_bias);
  return JoinedLinearFunction::apply(x, JoinedBlock{joined, joined_bias}, at::TensorList(weights),
                                     at::TensorList(biases));
}

}  // namespace hone::tensor
