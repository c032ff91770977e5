// A step of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all arrays of
// a model in one sweep, which also clips the gradients: 16 bytes read and 12 written for each parameter.
#pragma once

#include <cstdint>
#include <span>

namespace hone::kernel {

struct AdamArray {
  float* parameter = nullptr;
  const float* gradient = nullptr;
  float* mean = nullptr;         // of the gradients: "exp_avg"
  float* mean_square = nullptr;  // of the gradients: "exp_avg_sq"
  int64_t size = 0;
  double weight_decay = 0;
  double steps = 1;  // the number of steps of this array, including this one
};

struct AdamRules {
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  // True: decays the parameter, as AdamW; false: adds it to the gradient.
  bool decoupled_weight_decay = true;
  double gradient_factor = 1;  // the factor of gradient clipping
};

// Equals torch's fused step up to the rounding of a few operations. Moments below 1.2e-38 become 0. Results are equal
// bit for bit at any number of threads.
void adam_step(std::span<const AdamArray> arrays, const AdamRules& rules);

}  // namespace hone::kernel
