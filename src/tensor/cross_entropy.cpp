#include "tensor/cross_entropy.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "kernel/cross_entropy.h"
#include "tensor/saved.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

kernel::CrossEntropyShape shape_of(const at::Tensor& logits, const CrossEntropyOptions& options) {
  return {logits.size(0), logits.size(1), options.ignore_index, options.label_smoothing};
}

// Returns the sum of the rows' losses; fills logsumexp [T].
double forward_rows(const at::Tensor& logits, const at::Tensor& targets, const CrossEntropyOptions& options,
                    const at::Tensor& logsumexp) {
  std::vector<double> losses(static_cast<size_t>(logits.size(0)));
  for_storage_type(logits, [&](auto type) {
    using S = decltype(type);
    kernel::cross_entropy_forward<S>(shape_of(logits, options), elements<S>(logits), elements<int64_t>(targets),
                                     losses.data(), mutable_elements<kernel::Computed<S>>(logsumexp));
  });
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

void backward_rows(const at::Tensor& logits, const at::Tensor& targets, const CrossEntropyOptions& options,
                   const at::Tensor& logsumexp, double scale, const at::Tensor& gradient) {
  for_storage_type(logits, [&](auto type) {
    using S = decltype(type);
    kernel::cross_entropy_backward<S>(shape_of(logits, options), elements<S>(logits), elements<int64_t>(targets),
                                      elements<kernel::Computed<S>>(logsumexp), scale, mutable_elements<S>(gradient));
  });
}

at::Tensor empty_statistics(const at::Tensor& logits) {
  return at::empty({logits.size(0)}, logits.options().dtype(computed_dtype(logits)));
}

class CrossEntropyFunction : public torch::autograd::Function<CrossEntropyFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given_logits, const at::Tensor& given_targets,
                            const CrossEntropyOptions& options) {
    const at::Tensor logits = given_logits.contiguous(), targets = given_targets.contiguous();
    const at::Tensor logsumexp = empty_statistics(logits);
    const double loss = forward_rows(logits, targets, options, logsumexp) * options.scale;
    context->save_for_backward({logits, targets, logsumexp});
    save(*context, options);
    return at::scalar_tensor(loss, logsumexp.options());
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const auto& options = saved_in<CrossEntropyOptions>(*context);
    const variable_list saved = context->get_saved_variables();
    const at::Tensor gradient = at::empty_like(saved[0]);
    backward_rows(saved[0], saved[1], options, saved[2], results[0].item<double>() * options.scale, gradient);
    return {gradient, {}, {}};
  }
};

struct LinearSettings {
  CrossEntropyOptions options;
  at::Tensor cast_weight, active;  // active: the rows with a target; undefined: all rows
  int64_t chunk_rows = 1;
  double soft_cap = 0;
  bool wants_hidden = false, wants_weight = false, wants_bias = false;
};

// The gradients of a linear's inputs, summed chunk by chunk.
class ChunkGradients {
 public:
  ChunkGradients(const LinearSettings& settings, const at::Tensor& hidden, const at::Tensor& weight,
                 const at::Tensor& bias)
      : settings_(settings) {
    if (settings.wants_hidden) hidden_ = at::empty_like(hidden);
    if (settings.wants_weight) weight_ = at::zeros(weight.sizes(), hidden.options().dtype(computed_dtype(hidden)));
    if (settings.wants_bias) bias_ = at::zeros_like(bias, bias.options().dtype(computed_dtype(hidden)));
  }

  bool wanted() const { return hidden_.defined() || weight_.defined() || bias_.defined(); }

  // Adds the gradients of one chunk. `gradient` is that of the logits; `rows` are the inputs, from row `start` on.
  void add(const at::Tensor& gradient, const at::Tensor& rows, int64_t start) {
    if (hidden_.defined()) {
      at::Tensor part = hidden_.narrow(0, start, rows.size(0));
      at::mm_out(part, gradient, settings_.cast_weight);
    }
    if (weight_.defined() && weight_.scalar_type() == rows.scalar_type()) {
      weight_.addmm_(gradient.t(), rows);
    } else if (weight_.defined()) {
      weight_.add_(at::mm(gradient.t(), rows));
    }
    if (bias_.defined()) bias_.add_(gradient.sum({0}, false, bias_.scalar_type()));
  }

  // Returns the gradients in the shapes of all rows; rows of hidden without a target have gradient 0.
  variable_list of_inputs(const at::Tensor& all_rows) const {
    if (!hidden_.defined() || !settings_.active.defined()) return {hidden_, weight_, bias_};
    return {at::zeros_like(all_rows).index_copy_(0, settings_.active, hidden_), weight_, bias_};
  }

 private:
  const LinearSettings& settings_;
  at::Tensor hidden_, weight_, bias_;
};

// Caps the logits. Returns the derivative of each, if it is wanted and there is a cap.
at::Tensor cap_in_place(at::Tensor& logits, double cap, bool wants_slope) {
  if (cap == 0) return {};
  logits.div_(cap).tanh_();
  const at::Tensor slope = wants_slope ? 1 - logits.square() : at::Tensor();
  logits.mul_(cap);
  return slope;
}

class LinearCrossEntropyFunction : public torch::autograd::Function<LinearCrossEntropyFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& all_rows, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const at::Tensor& all_targets,
                            const LinearSettings& settings) {
    const bool has_all = !settings.active.defined();
    const at::Tensor hidden = has_all ? all_rows.contiguous() : all_rows.index_select(0, settings.active);
    const at::Tensor targets = has_all ? all_targets.contiguous() : all_targets.index_select(0, settings.active);
    const at::Tensor row_bias = bias ? bias->to(hidden.scalar_type()) : at::Tensor();
    ChunkGradients gradients(settings, hidden, weight, bias.value_or(at::Tensor()));
    const at::Tensor buffer = at::empty({settings.chunk_rows, weight.size(0)}, hidden.options());
    double loss = 0;
    for (int64_t start = 0; start < hidden.size(0); start += settings.chunk_rows) {
      const int64_t count = std::min(settings.chunk_rows, hidden.size(0) - start);
      const at::Tensor rows = hidden.narrow(0, start, count), chunk_targets = targets.narrow(0, start, count);
      at::Tensor logits = buffer.narrow(0, 0, count);  // [rows of the chunk, V]
      at::mm_out(logits, rows, settings.cast_weight.t());
      if (row_bias.defined()) logits.add_(row_bias);
      const at::Tensor slope = cap_in_place(logits, settings.soft_cap, gradients.wanted());
      const at::Tensor logsumexp = empty_statistics(logits);
      loss += forward_rows(logits, chunk_targets, settings.options, logsumexp);
      if (!gradients.wanted()) continue;
      backward_rows(logits, chunk_targets, settings.options, logsumexp, settings.options.scale, logits);
      if (slope.defined()) logits.mul_(slope);
      gradients.add(logits, rows, start);
    }
    context->save_for_backward(gradients.of_inputs(all_rows));
    return at::scalar_tensor(loss * settings.options.scale, hidden.options().dtype(computed_dtype(hidden)));
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    variable_list gradients = context->get_saved_variables();
    const double scale = results[0].item<double>();
    for (at::Tensor& gradient : gradients) {
      if (gradient.defined() && scale != 1) gradient = gradient * scale;
    }
    gradients.resize(5);  // targets and settings have no gradient
    return gradients;
  }
};

void check_targets(const at::Tensor& targets, int64_t num_rows, int64_t num_classes,
                   const CrossEntropyOptions& options) {
  check_internal(targets.dim() == 1 && targets.scalar_type() == at::kLong && targets.size(0) == num_rows,
                 "a cross-entropy has one target a row");
  check_internal(options.label_smoothing >= 0 && options.label_smoothing <= 1, "a label smoothing lies in [0, 1]");
  if (!targets.device().is_cpu()) return;
  const at::Tensor row = targets.contiguous();
  const auto* begin = elements<int64_t>(row);
  const auto fits = [&](int64_t id) { return id == options.ignore_index || (id >= 0 && id < num_classes); };
  check_internal(std::all_of(begin, begin + num_rows, fits), "a cross-entropy's targets are classes");
}

bool wants_gradient(const at::Tensor& x) { return at::GradMode::is_enabled() && x.defined() && x.requires_grad(); }

LinearSettings linear_settings(const at::Tensor& hidden, const OutputLayer& layer, const at::Tensor& targets,
                               const CrossEntropyOptions& options, int64_t chunk_bytes) {
  LinearSettings settings;
  settings.options = options;
  const at::Tensor cast = layer.cast_weight.defined() ? layer.cast_weight : layer.weight.to(hidden.scalar_type());
  settings.cast_weight = cast.detach();
  const at::Tensor active = targets.ne(options.ignore_index).nonzero().view({-1});
  if (active.size(0) != targets.size(0)) settings.active = active;
  const int64_t row_bytes = std::max<int64_t>(1, layer.weight.size(0) * hidden.element_size());
  settings.chunk_rows = std::clamp<int64_t>(chunk_bytes / row_bytes, 1, std::max<int64_t>(1, active.size(0)));
  settings.soft_cap = layer.soft_cap;
  settings.wants_hidden = wants_gradient(hidden);
  settings.wants_weight = wants_gradient(layer.weight);
  settings.wants_bias = wants_gradient(layer.bias);
  return settings;
}

}  // namespace

at::Tensor cross_entropy_by_library(const at::Tensor& logits, const at::Tensor& targets,
                                    const CrossEntropyOptions& options) {
  return options.scale * at::cross_entropy_loss(logits.to(computed_dtype(logits)), targets, {}, at::Reduction::Sum,
                                                options.ignore_index, options.label_smoothing);
}

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets, const CrossEntropyOptions& options) {
  check_internal(logits.dim() == 2, "logits have rows and classes");
  check_targets(targets, logits.size(0), logits.size(1), options);
  if (!logits.device().is_cpu()) return cross_entropy_by_library(logits, targets, options);
  return CrossEntropyFunction::apply(logits, targets, options);
}

at::Tensor soft_capped(const at::Tensor& logits, double cap) {
  return cap == 0 ? logits : at::tanh(logits / cap) * cap;
}

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const OutputLayer& layer, const at::Tensor& targets,
                                const CrossEntropyOptions& options, int64_t chunk_bytes) {
  check_internal(hidden.dim() == 2 && layer.weight.dim() == 2 && hidden.size(1) == layer.weight.size(1),
                 "an output layer is as wide as what it takes");
  check_targets(targets, hidden.size(0), layer.weight.size(0), options);
  if (!hidden.device().is_cpu()) {
    const at::Tensor bias = layer.bias.defined() ? layer.bias.to(hidden.scalar_type()) : layer.bias;
    const at::Tensor logits = at::linear(hidden, layer.weight.to(hidden.scalar_type()), bias);
    return cross_entropy_by_library(soft_capped(logits, layer.soft_cap), targets, options);
  }
  const auto bias = layer.bias.defined() ? std::optional(layer.bias) : std::nullopt;
  return LinearCrossEntropyFunction::apply(hidden, layer.weight, bias, targets,
                                           linear_settings(hidden, layer, targets, options, chunk_bytes));
}

}  // namespace hone::tensor
