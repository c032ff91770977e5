// A step of AdamW with clipping over the parameters of distilbert-base, beside torch's fused step and foreach norm.
#include <ATen/ATen.h>

#include "kernel/adam.h"
#include "kernel/sum_of_squares.h"
#include "kernels/comparison.h"

namespace hone::bench {

namespace {

constexpr double kLearningRate = 2e-5, kBeta1 = 0.9, kBeta2 = 0.999, kWeightDecay = 0.01, kEpsilon = 1e-8;
constexpr double kMaxNorm = 1;

struct Arrays {
  std::vector<at::Tensor> parameters, gradients, means, mean_squares, steps;

  void add(int64_t rows, int64_t columns) {
    parameters.push_back(at::randn({rows, columns}));
    gradients.push_back(at::randn({rows, columns}));
    means.push_back(at::zeros({rows, columns}));
    mean_squares.push_back(at::zeros({rows, columns}));
    steps.push_back(at::ones({}));
  }
};

Arrays distilbert_arrays() {
  constexpr int64_t kWidth = 768, kInner = 3072, kLayers = 6, kVocabulary = 30522;
  Arrays arrays;
  arrays.add(kVocabulary, kWidth);
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    for (int i = 0; i < 4; ++i) arrays.add(kWidth, kWidth);
    arrays.add(kInner, kWidth);
    arrays.add(kWidth, kInner);
  }
  return arrays;
}

Step torch_adamw() {
  return [arrays = distilbert_arrays()] {
    const at::Tensor norm = at::stack(at::_foreach_norm(arrays.gradients, 2)).norm();
    at::_foreach_mul_(arrays.gradients, (kMaxNorm / (norm + 1e-6)).clamp_max(1));
    at::_fused_adamw_(arrays.parameters, arrays.gradients, arrays.means, arrays.mean_squares, {}, arrays.steps,
                      kLearningRate, kBeta1, kBeta2, kWeightDecay, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
  };
}

Step hone_adamw() {
  return [arrays = distilbert_arrays()] {
    std::vector<kernel::FloatArray> gradients;
    std::vector<kernel::AdamArray> all;
    for (size_t i = 0; i < arrays.parameters.size(); ++i) {
      const int64_t size = arrays.parameters[i].numel();
      const float* gradient = arrays.gradients[i].const_data_ptr<float>();
      gradients.push_back({gradient, size});
      all.push_back({arrays.parameters[i].data_ptr<float>(), gradient, arrays.means[i].data_ptr<float>(),
                     arrays.mean_squares[i].data_ptr<float>(), size, kWeightDecay, 1});
    }
    const double norm = std::sqrt(kernel::sum_of_squares(gradients));
    kernel::adam_step(all, {.learning_rate = kLearningRate,
                            .beta1 = kBeta1,
                            .beta2 = kBeta2,
                            .epsilon = kEpsilon,
                            .gradient_factor = std::min(1.0, kMaxNorm / (norm + 1e-6))});
  };
}

}  // namespace

std::vector<Comparison> optimizer_comparisons() {
  return {{"AdamW with clipping, distilbert-base fp32", torch_adamw, hone_adamw}};
}

}  // namespace hone::bench
