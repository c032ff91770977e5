// Dropout as an autograd function that keeps five numbers instead of a mask.
#include "tensor/dropout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "tensor/dropout_mask.h"

namespace hone::tensor {

namespace {

// The grain of a thread's work: whole groups of the vector loop, so that threads never share one.
constexpr int64_t kGroup = 32, kMinGroups = 512;

at::Tensor drop(const at::Tensor& x, const DropoutDraw& draw) {
  const at::Tensor input = x.contiguous();
  at::Tensor output = at::empty_like(input);
  const float* in = input.const_data_ptr<float>();
  float* out = output.mutable_data_ptr<float>();
  const int64_t num_elements = input.numel();
  at::parallel_for(0, (num_elements + kGroup - 1) / kGroup, kMinGroups, [&](int64_t first, int64_t last) {
    drop_elements(in, out, first * kGroup, std::min(last * kGroup, num_elements), draw);
  });
  return output;
}

class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const DropoutDraw& draw) {
    context->saved_data["p"] = draw.p;
    const RandomStream& stream = draw.stream;
    context->saved_data["place"] =
        std::vector<int64_t>{static_cast<int64_t>(stream.seed), stream.step, stream.micro_batch, stream.site,
                             static_cast<int64_t>(draw.first_block)};
    return drop(x, draw);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::vector<int64_t> place = context->saved_data["place"].toIntVector();
    const RandomStream stream{static_cast<uint64_t>(place[0]), static_cast<uint32_t>(place[1]),
                              static_cast<uint16_t>(place[2]), static_cast<uint32_t>(place[3])};
    return {drop(gradients[0], {context->saved_data["p"].toDouble(), stream, static_cast<uint64_t>(place[4])}), {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element) {
  check_internal(p >= 0 && p <= 1, "a dropout probability lies in [0, 1]");
  check_internal(first_element % 4 == 0, "a dropout draw starts at a multiple of 4");
  if (p == 0) return x;
  return DropoutFunction::apply(x, DropoutDraw{p, stream, first_element / 4});
}

}  // namespace hone::tensor
