// The passes over [T, C] between matrix products, forward and backward: dropout + residual + layer norm, bias + GELU.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include "kernel/activation.h"
#include "kernel/norm.h"
#include "kernels/comparison.h"

namespace hone::bench {

namespace {

constexpr double kEps = 1e-12, kDropout = 0.1;

struct Shape {
  int64_t tokens = 0, width = 0;
};

template <typename T>
T* data_of(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

// Norm parameters and bias are float for activations of either type.
struct Rows {
  at::Tensor x, other, y, dy, dx, other_gradient;
  at::Tensor weight, bias, weight_gradient, bias_gradient, mean, inverse_scale;

  Rows(const Shape& shape, at::ScalarType type) {
    for (at::Tensor* matrix : {&x, &other, &y, &dy, &dx, &other_gradient}) {
      *matrix = at::randn({shape.tokens, shape.width}, type);
    }
    for (at::Tensor* row : {&weight, &bias, &weight_gradient, &bias_gradient}) *row = at::randn({shape.width});
    mean = at::empty({shape.tokens});
    inverse_scale = at::empty({shape.tokens});
  }
};

Step torch_norm(const Shape& shape, at::ScalarType type) {
  const Rows rows(shape, type);
  const std::vector<at::Tensor> inputs = {rows.x.requires_grad_(), rows.other.requires_grad_(),
                                          rows.weight.to(type).requires_grad_(), rows.bias.to(type).requires_grad_()};
  return [=] {
    const at::Tensor sum = at::dropout(inputs[0], kDropout, /*train=*/true) + inputs[1];
    const at::Tensor y = at::layer_norm(sum, {shape.width}, inputs[2], inputs[3], kEps);
    torch::autograd::grad({y}, inputs, {rows.dy});
  };
}

template <typename S>
Step hone_norm(const Shape& shape, at::ScalarType type) {
  kernel::NormShape norm{.num_rows = shape.tokens, .width = shape.width, .eps = kEps};
  norm.dropout = {.p = kDropout, .stream = {.seed = 42}};
  return [norm, rows = Rows(shape, type), sum = at::empty({shape.tokens, shape.width}, type)] {
    kernel::norm_forward<S>(norm, {.x = data_of<S>(rows.x),
                                   .residual = data_of<S>(rows.other),
                                   .weight = data_of<float>(rows.weight),
                                   .shift = data_of<float>(rows.bias),
                                   .sum = data_of<S>(sum),
                                   .normed = data_of<S>(rows.y),
                                   .mean = data_of<float>(rows.mean),
                                   .inverse_scale = data_of<float>(rows.inverse_scale)});
    kernel::norm_backward<S>(norm, {.normed_gradient = data_of<S>(rows.dy),
                                    .sum = data_of<S>(sum),
                                    .mean = data_of<float>(rows.mean),
                                    .inverse_scale = data_of<float>(rows.inverse_scale),
                                    .weight = data_of<float>(rows.weight),
                                    .x_gradient = data_of<S>(rows.dx),
                                    .residual_gradient = data_of<S>(rows.other_gradient),
                                    .weight_gradient = data_of<float>(rows.weight_gradient),
                                    .shift_gradient = data_of<float>(rows.bias_gradient)});
  };
}

// torch adds the bias in the product; a separate addition here would be one more pass than in HF's model.
Step torch_gelu(const Shape& shape, at::ScalarType type) {
  const Rows rows(shape, type);
  const at::Tensor x = rows.x.requires_grad_();
  return [=] { torch::autograd::grad({at::gelu(x)}, {x}, {rows.dy}); };
}

template <typename S>
Step hone_gelu(const Shape& shape, at::ScalarType type) {
  return [shape = kernel::ActivationShape{shape.tokens, shape.width}, rows = Rows(shape, type)] {
    const auto* bias = data_of<float>(rows.bias);
    kernel::activation_forward<S>(shape, data_of<S>(rows.x), bias, data_of<S>(rows.y));
    kernel::activation_backward<S>(shape, data_of<S>(rows.x), bias, data_of<S>(rows.dy), data_of<S>(rows.dx),
                                   data_of<float>(rows.bias_gradient), static_cast<S*>(nullptr));
  };
}

}  // namespace

std::vector<Comparison> row_comparisons() {
  std::vector<Comparison> all;
  for (const int64_t width : {768, 384}) {  // distilbert-base's, MiniLM's
    const Shape norm{4096, width}, inner{4096, 4 * width};
    const std::string norm_name = fmt::format("dropout + residual + layer norm 4096x{}", width);
    const std::string gelu_name = fmt::format("bias + GELU 4096x{}", 4 * width);
    all.push_back({norm_name + " fp32", [=] { return torch_norm(norm, at::kFloat); },
                   [=] { return hone_norm<float>(norm, at::kFloat); }});
    all.push_back({norm_name + " bf16", [=] { return torch_norm(norm, at::kBFloat16); },
                   [=] { return hone_norm<kernel::BFloat16>(norm, at::kBFloat16); }, true});
    all.push_back({gelu_name + " fp32", [=] { return torch_gelu(inner, at::kFloat); },
                   [=] { return hone_gelu<float>(inner, at::kFloat); }});
    all.push_back({gelu_name + " bf16", [=] { return torch_gelu(inner, at::kBFloat16); },
                   [=] { return hone_gelu<kernel::BFloat16>(inner, at::kBFloat16); }, true});
  }
  return all;
}

}  // namespace hone::bench
