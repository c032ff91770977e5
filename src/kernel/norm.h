// Layer norm and RMS norm of a sum: z = dropout(x + bias) + residual, y = norm(z). Forward and backward take one sweep
// over the rows each. Ba, Kiros, Hinton, arXiv 1607.06450; Zhang, Sennrich, arXiv 1910.07467. T rows (tokens), C width;
// every array is dense. Storage S: float, BFloat16 (both computed in float) or double. Element (t, c) of the draw has
// index t * C + c.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"
#include "kernel/dropout.h"

namespace hone::kernel {

enum class NormKind { kLayer, kRms };

struct NormShape {
  int64_t num_rows = 0, width = 0;
  NormKind kind = NormKind::kLayer;
  double eps = 0;
  DropoutDraw dropout;  // p 0: none
};

template <typename S>
struct NormForward {
  const S* x = nullptr;                  // [T, C]
  const S* residual = nullptr;           // [T, C], or none
  const Computed<S>* bias = nullptr;     // [C], or none
  const Computed<S>* weight = nullptr;   // [C]
  const Computed<S>* shift = nullptr;    // [C], or none: the norm's own bias
  S* sum = nullptr;                      // [T, C]: z; may be x; nullptr if nothing is added (z is x)
  S* normed = nullptr;                   // [T, C]: y
  Computed<S>* mean = nullptr;           // [T]; 0 for RMS
  Computed<S>* inverse_scale = nullptr;  // [T]: 1 / sqrt(variance + eps), the mean square for RMS
};

template <typename S>
struct NormBackward {
  const S* normed_gradient = nullptr;          // [T, C], or none
  const S* sum_gradient = nullptr;             // [T, C], or none
  const S* sum = nullptr;                      // [T, C]: z
  const Computed<S>* mean = nullptr;           // [T]
  const Computed<S>* inverse_scale = nullptr;  // [T]
  const Computed<S>* weight = nullptr;         // [C]
  S* x_gradient = nullptr;                     // [T, C], or not wanted
  S* residual_gradient = nullptr;              // [T, C], or not wanted; without dropout it equals x_gradient
  Computed<S>* bias_gradient = nullptr;        // [C], or not wanted, like the next two
  Computed<S>* weight_gradient = nullptr;
  Computed<S>* shift_gradient = nullptr;
};

template <typename S>
void norm_forward(const NormShape& shape, const NormForward<S>& arrays);

template <typename S>
void norm_backward(const NormShape& shape, const NormBackward<S>& arrays);

}  // namespace hone::kernel
