#include "nn/adapter.h"

#include <ATen/ops/addcmul.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <utility>

#include "nn/forward_scope.h"
#include "nn/linear.h"

namespace hone::nn {

namespace {

// PEFT keeps each matrix in a module of its own.
class Factor : public torch::nn::Module {
 public:
  explicit Factor(at::IntArrayRef shape) { weight = register_parameter("weight", at::empty(shape)); }

  at::Tensor weight;
};

at::Tensor norms_of_rows(const at::Tensor& weight) { return at::linalg_vector_norm(weight, 2, {1}); }

// The bound of kaiming_uniform_ with a = sqrt(5), in Python's arithmetic.
double kaiming_bound(int64_t in_features) {
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + slope * slope));
  return std::sqrt(3.0) * (gain / std::sqrt(static_cast<double>(in_features)));
}

}  // namespace

LowRankAdapter::LowRankAdapter(const Linear& linear, const LowRankShape& shape, std::optional<Dropout> dropout)
    : shape_(shape), dropout_(std::move(dropout)) {
  const int64_t in_features = linear.weight.size(1), out_features = linear.weight.size(0);
  a = register_module("lora_A", std::make_shared<Factor>(at::IntArrayRef{shape.rank, in_features}))->weight;
  b = register_module("lora_B", std::make_shared<Factor>(at::IntArrayRef{out_features, shape.rank}))->weight;
  if (!shape.has_magnitude) return;
  magnitude = register_module("lora_magnitude_vector", std::make_shared<Factor>(at::IntArrayRef{out_features}))->weight;
}

void LowRankAdapter::draw(const at::Tensor& weight, at::Generator& generator) {
  const at::NoGradGuard no_gradients;
  a.uniform_(-1.0, 1.0, generator);  // the two constructors
  b.uniform_(-1.0, 1.0, generator);
  const double bound = kaiming_bound(weight.size(1));
  a.uniform_(-bound, bound, generator);
  b.zero_();
  if (magnitude.defined()) magnitude.copy_(norms_of_rows(weight));
}

at::Tensor LowRankAdapter::change(const at::Tensor& x, const at::Tensor& bias) const {
  const at::ScalarType type = x.scalar_type();
  const at::Tensor low = tensor::linear(x, a, cast_a_.in(a, type), {});
  return tensor::linear(shape_.scale == 1 ? low : low * shape_.scale, b, cast_b_.in(b, type), bias);
}

at::Tensor LowRankAdapter::norm_of_rows(const at::Tensor& weight) const {
  const int64_t version = tensor::version_of(weight) + tensor::version_of(a) + tensor::version_of(b);
  if (!norm_.defined() || norm_version_ != version || norm_.device() != weight.device()) {
    const c10::InferenceMode for_training_too(false);  // an evaluation may compute it first
    const at::NoGradGuard no_gradients;
    norm_ = norms_of_rows(weight + at::matmul(b, a) * shape_.scale);
    norm_version_ = version;
  }
  return norm_;
}

at::Tensor LowRankAdapter::adapted(const at::Tensor& x, const at::Tensor& product, const Linear& linear,
                                   const at::Tensor& bias) const {
  const ForwardContext& context = ForwardScope::current();
  const bool drops = dropout_ && dropout_->active_p(context) > 0;
  const at::Tensor dropped = drops ? (*dropout_)(x, context) : x;
  if (!magnitude.defined()) return product + change(dropped, bias);
  const at::Tensor factor = (magnitude / norm_of_rows(linear.weight)).to(x.scalar_type());
  // With dropout, PEFT's base is the product of the whole input; what the magnitudes change reads the dropped one.
  const at::Tensor result = drops
                                ? product + (linear.base_product(dropped) * (factor - 1) + change(dropped, {}) * factor)
                                : (product + change(x, {})) * factor;
  return bias.defined() ? result + bias.to(x.scalar_type()) : result;
}

at::Tensor LowRankAdapter::merged(const at::Tensor& weight) const {
  const at::NoGradGuard no_gradients;
  const at::Tensor sum = weight + at::matmul(b, a) * shape_.scale;
  return magnitude.defined() ? sum * (magnitude / norms_of_rows(sum)).unsqueeze(1) : sum;
}

}  // namespace hone::nn
