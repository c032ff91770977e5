// Compares autograd's gradients with finite differences, in double.
#pragma once

#include <ATen/core/Tensor.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

namespace hone {

// f: (inputs) -> scalar; each input is a double tensor. Checks every element by central differences.
template <typename F>
void check_gradients(F f, std::vector<at::Tensor> inputs, double tolerance = 1e-6) {
  for (at::Tensor& input : inputs) input = input.detach().clone().requires_grad_();
  const auto gradients = torch::autograd::grad({f(inputs)}, inputs);
  const at::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  for (size_t n = 0; n < inputs.size(); ++n) {
    double* values = inputs[n].mutable_data_ptr<double>();
    const at::Tensor gradient = (gradients[n].is_sparse() ? gradients[n].to_dense() : gradients[n]).contiguous();
    double worst = 0;
    for (int64_t i = 0; i < inputs[n].numel(); ++i) {
      const double before = values[i];
      values[i] = before + kStep;
      const double above = f(inputs).template item<double>();
      values[i] = before - kStep;
      const double below = f(inputs).template item<double>();
      values[i] = before;
      const double error = std::abs((above - below) / (2 * kStep) - gradient.const_data_ptr<double>()[i]);
      worst = std::isnan(error) ? error : std::max(worst, error);
    }
    INFO("input ", n);
    CHECK(worst < tolerance);
  }
}

}  // namespace hone
