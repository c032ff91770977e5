// Softmax cross-entropy of rows of logits with hard labels, and its gradient. T rows, V classes. Storage S: float,
// BFloat16 (both computed in float) or double. Label smoothing e as in Szegedy et al., arXiv 1512.00567: a row's loss
// is (1 - e) (-log p[target]) + e mean over classes of (-log p).
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

struct CrossEntropyShape {
  int64_t num_rows = 0, num_classes = 0;
  int64_t ignored_target = -100;  // rows with this target have no loss and no gradient
  double label_smoothing = 0;
};

// Writes losses [T] and logsumexp [T], from which backward computes the softmax. logits [T, V], dense; targets [T]. The
// caller checks that targets are in [0, V) or ignored_target.
template <typename S>
void cross_entropy_forward(const CrossEntropyShape& shape, const S* logits, const int64_t* targets, double* losses,
                           Computed<S>* logsumexp);

// gradient [T, V] = scale * the gradient of the sum of the rows' losses; it may be logits.
template <typename S>
void cross_entropy_backward(const CrossEntropyShape& shape, const S* logits, const int64_t* targets,
                            const Computed<S>* logsumexp, double scale, S* gradient);

}  // namespace hone::kernel
