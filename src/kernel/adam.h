// A step of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all arrays of
// a model in one sweep, which also clips the gradients: It reads 16 bytes and writes 12 for each parameter.
#pragma once

#include <cstdint>
#include <span>

namespace hone::kernel {

struct AdamArray {
  float* parameter = nullptr;
  const float* gradient = nullptr;
  float* mean = nullptr;         // running mean of the gradients: "exp_avg"
  float* mean_square = nullptr;  // running mean of their squares: "exp_avg_sq"
  int64_t size = 0;
  double weight_decay = 0;
  double steps = 1;  // the number of steps of this array, including this one
};

struct AdamRules {
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  // True: weight decay shrinks the parameter (AdamW). False: it is added to the gradient.
  bool decoupled_weight_decay = true;
  double gradient_factor = 1;  // the factor of gradient clipping
};

// Takes the step of torch's fused Adam, up to rounding. Moments below 1.2e-38 become 0. Results are equal bit for bit
// at any number of threads.
void adam_step(std::span<const AdamArray> arrays, const AdamRules& rules);

}  // namespace hone::kernel
