#include "train/more_optimizers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace hone::train {

namespace {

at::Tensor root_mean_square(const at::Tensor& tensor) {
  return tensor.norm() / std::sqrt(static_cast<double>(std::max<int64_t>(1, tensor.numel())));
}

class Adafactor final : public PlainOptimizer {
 public:
  Adafactor(const NamedParameters& parameters, const OptimizerOptions& options) : PlainOptimizer(parameters, options) {
    make_moments({"exp_avg_sq_row", "exp_avg_sq_col", "exp_avg_sq"}, [](const Group& group, size_t i, size_t moment) {
      const at::Tensor& parameter = group.parameters[i];
      const bool is_factored = parameter.dim() >= 2;
      if (is_factored == (moment == kWhole)) return at::Tensor();
      if (moment == kWhole) return at::zeros_like(parameter);
      std::vector<int64_t> shape = parameter.sizes().vec();
      shape.erase(shape.end() - (moment == kRow ? 1 : 2));
      return at::zeros(shape, parameter.options().requires_grad(false));
    });
  }

 private:
  enum Moment : size_t { kRow, kColumn, kWhole };
  static constexpr double kFirstEpsilon = 1e-30, kDecayRate = -0.8, kClipThreshold = 1;  // HF's defaults

  void update(Group& group, size_t i, at::Tensor& gradient, double learning_rate) override {
    const at::Tensor beta2 = 1 - at::pow(group.steps[i].to(at::kDouble), kDecayRate);
    const at::Tensor square = gradient.square().add_(kFirstEpsilon);
    const auto average = [&](const at::Tensor& moment, const at::Tensor& value) {
      moment.mul_(beta2).add_(value * (1 - beta2));
    };
    at::Tensor change;
    if (const at::Tensor& row = group.moments[kRow][i]; row.defined()) {
      const at::Tensor& column = group.moments[kColumn][i];
      average(row, square.mean(-1));
      average(column, square.mean(-2));
      change = (row / row.mean(-1, /*keepdim=*/true)).rsqrt_().unsqueeze(-1) * column.unsqueeze(-2).rsqrt();
      change.mul_(gradient);
    } else {
      average(group.moments[kWhole][i], square);
      change = group.moments[kWhole][i].rsqrt().mul_(gradient);
    }
    change.div_((root_mean_square(change) / kClipThreshold).clamp_min(1));
    const at::Tensor& parameter = group.parameters[i];
    if (group.weight_decay != 0) parameter.mul_(1 - group.weight_decay * learning_rate);
    parameter.sub_(change, learning_rate);
  }
};

class Lion final : public PlainOptimizer {
 public:
  Lion(const NamedParameters& parameters, const OptimizerOptions& options) : PlainOptimizer(parameters, options) {
    make_moments({"exp_avg"});
  }

 private:
  void update(Group& group, size_t i, at::Tensor& gradient, double learning_rate) override {
    const at::Tensor &parameter = group.parameters[i], &mean = group.moments[0][i];
    parameter.mul_(1 - learning_rate * group.weight_decay);
    parameter.sub_((mean * options_.beta1 + gradient * (1 - options_.beta1)).sign_(), learning_rate);
    mean.mul_(options_.beta2).add_(gradient, 1 - options_.beta2);
  }
};

class Muon final : public PlainOptimizer {
 public:
  Muon(const NamedParameters& parameters, const OptimizerOptions& options) : PlainOptimizer(parameters, options) {
    make_moments({"momentum_buffer", "exp_avg", "exp_avg_sq"}, [](const Group& group, size_t i, size_t moment) {
      return group.are_hidden[i] == (moment == kMomentum) ? at::zeros_like(group.parameters[i]) : at::Tensor();
    });
  }

 private:
  enum Moment : size_t { kMomentum, kMean, kMeanSquare };
  // torch.optim.Muon's defaults.
  static constexpr double kMomentumDecay = 0.95, kA = 3.4445, kB = -4.7750, kC = 2.0315, kNormEpsilon = 1e-7;
  static constexpr int kNumIterations = 5;

  void update(Group& group, size_t i, at::Tensor& gradient, double learning_rate) override {
    if (group.are_hidden[i]) return update_matrix(group, i, gradient, learning_rate);
    const at::Tensor &parameter = group.parameters[i], &mean = group.moments[kMean][i],
                     &mean_square = group.moments[kMeanSquare][i];
    const at::Tensor step = group.steps[i].to(at::kDouble);  // 1 - beta^step cancels in float
    mean.lerp_(gradient, 1 - options_.beta1);
    mean_square.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
    const at::Tensor root = (1 - at::pow(options_.beta2, step)).sqrt_();
    const at::Tensor divisor = (mean_square.sqrt() / root).add_(options_.epsilon);
    parameter.mul_(1 - learning_rate * group.weight_decay);
    parameter.sub_(mean / divisor.mul_(1 - at::pow(options_.beta1, step)), learning_rate);
  }

  void update_matrix(Group& group, size_t i, const at::Tensor& gradient, double learning_rate) const {
    const at::Tensor &parameter = group.parameters[i], &buffer = group.moments[kMomentum][i];
    const double momentum = options_.momentum.value_or(kMomentumDecay);
    buffer.lerp_(gradient, 1 - momentum);
    const at::Tensor direction = options_.nesterov.value_or(true) ? gradient.lerp(buffer, momentum) : buffer;
    const double longer = static_cast<double>(std::max(parameter.size(0), parameter.size(1)));
    parameter.mul_(1 - learning_rate * group.weight_decay);
    parameter.sub_(orthogonalized(direction), learning_rate * 0.2 * std::sqrt(longer));
  }

  // Newton-Schulz iterations toward the nearest matrix whose singular values are 1.
  static at::Tensor orthogonalized(const at::Tensor& matrix) {
    const bool is_tall = matrix.size(0) > matrix.size(1);
    at::Tensor x = is_tall ? matrix.t() : matrix;
    x = x / x.norm().clamp_min(kNormEpsilon);
    for (int iteration = 0; iteration < kNumIterations; ++iteration) {
      const at::Tensor gram = at::mm(x, x.t());
      x = at::addmm(x, at::addmm(gram, gram, gram, kB, kC), x, kA);
    }
    return is_tall ? x.t() : x;
  }
};

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<Adafactor>(parameters, options);
}

std::unique_ptr<Optimizer> make_lion(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<Lion>(parameters, options);
}

std::unique_ptr<Optimizer> make_muon(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<Muon>(parameters, options);
}

}  // namespace hone::train
