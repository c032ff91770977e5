#include "tensor/norm.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "tensor/dropout.h"
#include "tensor/saved.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum Input { kX, kBias, kResidual, kWeight, kNormBias, kNumInputs };

struct NormSettings {
  kernel::NormShape shape;
  bool adds_to_x = false, overwrites_x = false;
  std::array<bool, kNumInputs> given{};
};

using OptionalTensor = std::optional<at::Tensor>;  // an optional input of an autograd function

at::Tensor contiguous(const at::Tensor& x) { return x.defined() ? x.contiguous() : x; }
at::Tensor contiguous(const OptionalTensor& x) { return x ? x->contiguous() : at::Tensor(); }

// Returns a tensor over the same memory that autograd treats as a new one.
at::Tensor over_memory_of(const at::Tensor& x) {
  return at::empty({0}, x.options()).set_(x.storage(), x.storage_offset(), x.sizes(), x.strides());
}

struct Normed {
  at::Tensor sum, normed, mean, inverse_scale;  // sum is undefined if nothing is added to x
};

template <typename S>
void run_forward(const NormSettings& settings, const variable_list& inputs, const Normed& result) {
  using A = kernel::Computed<S>;
  kernel::NormForward<S> arrays;
  arrays.x = elements<S>(inputs[kX]);
  arrays.residual = elements<S>(inputs[kResidual]);
  arrays.bias = elements<A>(inputs[kBias]);
  arrays.weight = elements<A>(inputs[kWeight]);
  arrays.shift = elements<A>(inputs[kNormBias]);
  arrays.sum = mutable_elements<S>(result.sum);
  arrays.normed = mutable_elements<S>(result.normed);
  arrays.mean = mutable_elements<A>(result.mean);
  arrays.inverse_scale = mutable_elements<A>(result.inverse_scale);
  kernel::norm_forward(settings.shape, arrays);
}

// `gradients` has one tensor for each Input, undefined if that gradient is not needed.
template <typename S>
void run_backward(const kernel::NormShape& shape, const at::Tensor& sum_gradient, const at::Tensor& normed_gradient,
                  const variable_list& saved, const variable_list& gradients, bool shares_residual) {
  using A = kernel::Computed<S>;
  kernel::NormBackward<S> arrays;
  arrays.normed_gradient = elements<S>(normed_gradient);
  arrays.sum_gradient = elements<S>(sum_gradient);
  arrays.sum = elements<S>(saved[0]);
  arrays.mean = elements<A>(saved[1]);
  arrays.inverse_scale = elements<A>(saved[2]);
  arrays.weight = elements<A>(saved[3]);
  arrays.x_gradient = mutable_elements<S>(gradients[kX]);
  arrays.residual_gradient = shares_residual ? nullptr : mutable_elements<S>(gradients[kResidual]);
  arrays.bias_gradient = mutable_elements<A>(gradients[kBias]);
  arrays.weight_gradient = mutable_elements<A>(gradients[kWeight]);
  arrays.shift_gradient = mutable_elements<A>(gradients[kNormBias]);
  kernel::norm_backward(shape, arrays);
}

// `inputs` are contiguous.
Normed normed_rows(const variable_list& inputs, const NormSettings& settings) {
  const at::Tensor& x = inputs[kX];
  Normed result;
  if (settings.adds_to_x) result.sum = settings.overwrites_x ? over_memory_of(x) : at::empty_like(x);
  result.normed = at::empty_like(x);
  result.mean = at::empty({settings.shape.num_rows}, x.options().dtype(computed_dtype(x)));
  result.inverse_scale = at::empty_like(result.mean);
  for_storage_type(x, [&](auto type) { run_forward<decltype(type)>(settings, inputs, result); });
  return result;
}

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  // Returns {sum, normed}, or {normed} if nothing is added to x.
  static variable_list forward(AutogradContext* context, const at::Tensor& given_x, const OptionalTensor& bias,
                               const OptionalTensor& residual, const at::Tensor& weight,
                               const OptionalTensor& norm_bias, const NormSettings& settings) {
    const at::Tensor x = given_x.contiguous();
    const variable_list inputs{x, contiguous(bias), contiguous(residual), contiguous(weight), contiguous(norm_bias)};
    const auto [sum, normed, mean, inverse_scale] = normed_rows(inputs, settings);
    context->set_materialize_grads(false);
    context->save_for_backward({sum.defined() ? sum : x, mean, inverse_scale, inputs[kWeight]});
    save(*context, settings);
    return sum.defined() ? variable_list{sum, normed} : variable_list{normed};
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const NormSettings& settings = saved_in<NormSettings>(*context);
    const at::Tensor normed_gradient = contiguous(results.back());
    const at::Tensor sum_gradient = settings.adds_to_x ? contiguous(results.front()) : at::Tensor();
    variable_list gradients(kNumInputs + 1);  // the settings have no gradient
    if (!normed_gradient.defined() && !sum_gradient.defined()) return gradients;
    const variable_list saved = context->get_saved_variables();
    // Autograd numbers only the inputs that are present.
    const auto wants = [&](Input input) {
      const auto begin = settings.given.begin();
      return settings.given[input] &&
             context->needs_input_grad(static_cast<size_t>(std::count(begin, begin + input, true)));
    };
    const bool shares_residual = settings.shape.dropout.p == 0;
    if (wants(kX) || (shares_residual && wants(kResidual))) gradients[kX] = at::empty_like(saved[0]);
    if (wants(kResidual)) gradients[kResidual] = shares_residual ? gradients[kX] : at::empty_like(saved[0]);
    for (const Input input : {kBias, kWeight, kNormBias}) {
      if (wants(input)) gradients[input] = at::zeros_like(saved[3]);
    }
    for_storage_type(saved[0], [&](auto type) {
      run_backward<decltype(type)>(settings.shape, sum_gradient, normed_gradient, saved, gradients, shares_residual);
    });
    return gradients;
  }
};

void check_options(const at::Tensor& x, const NormOptions& options) {
  check_internal(options.weight.defined() && x.dim() > 0 && options.weight.numel() == x.size(-1),
                 "a norm's weight is as wide as x");
  for (const at::Tensor& parameter : {options.bias, options.norm_bias}) {
    check_internal(!parameter.defined() || parameter.numel() == x.size(-1), "a norm's biases are as wide as x");
  }
  check_internal(!options.residual.defined() || options.residual.sizes() == x.sizes(), "a residual has x's shape");
  check_internal(options.p >= 0 && options.p <= 1, "a dropout probability lies in [0, 1]");
}

at::Tensor as_type(const at::Tensor& x, at::ScalarType dtype) { return x.defined() ? x.to(dtype) : x; }

OptionalTensor optional_as(const at::Tensor& x, at::ScalarType dtype) {
  return x.defined() ? OptionalTensor(x.to(dtype)) : std::nullopt;
}

}  // namespace

NormResult residual_norm_by_library(const at::Tensor& x, const NormOptions& options) {
  check_options(x, options);
  const at::ScalarType dtype = x.scalar_type();
  at::Tensor sum = options.bias.defined() ? x + as_type(options.bias, dtype) : x;
  if (options.p > 0) sum = dropout_by_library(sum, options.p, options.stream);
  if (options.residual.defined()) sum = sum + as_type(options.residual, dtype);
  const at::Tensor weight = as_type(options.weight, dtype), norm_bias = as_type(options.norm_bias, dtype);
  if (options.kind == NormKind::kLayer) {
    return {sum, at::layer_norm(sum, weight.sizes(), weight, norm_bias, options.eps)};
  }
  const at::Tensor normed = at::rms_norm(sum, weight.sizes(), weight, options.eps);
  return {sum, norm_bias.defined() ? normed + norm_bias : normed};
}

NormResult residual_norm(const at::Tensor& x, const NormOptions& options) {
  if (!x.device().is_cpu()) return residual_norm_by_library(x, options);
  check_options(x, options);
  NormSettings settings;
  const int64_t width = x.size(-1);
  settings.shape = {
      width == 0 ? 0 : x.numel() / width, width, options.kind, options.eps, {options.p, options.stream, 0}};
  settings.adds_to_x = options.bias.defined() || options.residual.defined() || options.p > 0;
  settings.overwrites_x = options.overwrite_x;
  settings.given = {true, options.bias.defined(), options.residual.defined(), true, options.norm_bias.defined()};
  const at::ScalarType computed = computed_dtype(x);
  if (!at::GradMode::is_enabled()) {
    const variable_list inputs{x.contiguous(), contiguous(as_type(options.bias, computed)),
                               contiguous(as_type(options.residual, x.scalar_type())),
                               contiguous(as_type(options.weight, computed)),
                               contiguous(as_type(options.norm_bias, computed))};
    const Normed result = normed_rows(inputs, settings);
    return {result.sum.defined() ? result.sum : x, result.normed};
  }
  const variable_list results =
      NormFunction::apply(x, optional_as(options.bias, computed), optional_as(options.residual, x.scalar_type()),
                          options.weight.to(computed), optional_as(options.norm_bias, computed), settings);
  return {settings.adds_to_x ? results.front() : x, results.back()};
}

}  // namespace hone::tensor
