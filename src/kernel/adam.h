// A step of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all arrays of
// a model in one sweep, which also clips the gradients: It reads 16 bytes and writes 12 for each parameter. A row of an
// embedding that no text had so far costs less: its gradient and moments are 0, so that only weight decay changes it.
#pragma once

#include <cstdint>
#include <span>

namespace hone::kernel {

// A flag of AdamArray stands for this many elements.
inline constexpr int64_t kAdamBlock = 128;

struct AdamArray {
  float* parameter = nullptr;
  const float* gradient = nullptr;
  float* mean = nullptr;         // running mean of the gradients: "exp_avg"
  float* mean_square = nullptr;  // running mean of their squares: "exp_avg_sq"
  int64_t size = 0;
  double weight_decay = 0;
  double steps = 1;  // the number of steps of this array, including this one
  // For each block of kAdamBlock elements 0 if the gradient is 0 there, else 1; or nullptr if this is not known.
  const uint8_t* has_gradient = nullptr;
  // For each block of kAdamBlock elements 1 if both its moments are 0, else 0; or nullptr if this is not known.
  uint8_t* has_zero_moments = nullptr;
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

// Sets the flags has_zero_moments, [num_adam_blocks(array.size)], by reading the moments.
void find_zero_moments(const AdamArray& array);

inline int64_t num_adam_blocks(int64_t size) { return (size + kAdamBlock - 1) / kAdamBlock; }

}  // namespace hone::kernel
