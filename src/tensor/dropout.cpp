// Dropout by Philox words, four elements a block.
#include "tensor/dropout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace hone::tensor {

namespace {

struct Draw {
  double p = 0;
  RandomStream stream;
  uint64_t first_block = 0;

  // A word below this drops its element; 2^32 (drop all) does not fit 32 bits.
  uint64_t threshold() const { return static_cast<uint64_t>(std::ceil(p * 4294967296.0)); }
};

void apply_blocks(const float* in, float* out, int64_t num_elements, const Draw& draw, int64_t first, int64_t last) {
  const uint64_t threshold = draw.threshold();
  const float scale = draw.p < 1 ? static_cast<float>(1.0 / (1.0 - draw.p)) : 0.0F;
  for (int64_t block = first; block < last; ++block) {
    const PhiloxBlock words = draw.stream.block(draw.first_block + static_cast<uint64_t>(block));
    const int64_t count = std::min<int64_t>(4, num_elements - 4 * block);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t element = 4 * block + i;
      out[element] = words[static_cast<size_t>(i)] >= threshold ? in[element] * scale : 0.0F;
    }
  }
}

at::Tensor drop(const at::Tensor& x, const Draw& draw) {
  const at::Tensor input = x.contiguous();
  at::Tensor output = at::empty_like(input);
  const float* in = input.const_data_ptr<float>();
  float* out = output.mutable_data_ptr<float>();
  const int64_t num_elements = input.numel();
  at::parallel_for(0, (num_elements + 3) / 4, 4096,
                   [&](int64_t first, int64_t last) { apply_blocks(in, out, num_elements, draw, first, last); });
  return output;
}

class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, double p, int64_t seed,
                            int64_t step, int64_t micro_batch, int64_t site, int64_t first_block) {
    Draw draw{p, {}, static_cast<uint64_t>(first_block)};
    draw.stream = {static_cast<uint64_t>(seed), static_cast<uint32_t>(step), static_cast<uint16_t>(micro_batch),
                   static_cast<uint32_t>(site)};
    context->saved_data["p"] = p;
    const std::vector<int64_t> place = {seed, step, micro_batch, site, first_block};
    context->saved_data["place"] = place;
    return drop(x, draw);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::vector<int64_t> place = context->saved_data["place"].toIntVector();
    Draw draw{context->saved_data["p"].toDouble(), {}, static_cast<uint64_t>(place[4])};
    draw.stream = {static_cast<uint64_t>(place[0]), static_cast<uint32_t>(place[1]), static_cast<uint16_t>(place[2]),
                   static_cast<uint32_t>(place[3])};
    return {drop(gradients[0], draw), {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element) {
  check_internal(p >= 0 && p <= 1, "a dropout probability lies in [0, 1]");
  check_internal(first_element % 4 == 0, "a dropout draw starts at a multiple of 4");
  if (p == 0) return x;
  return DropoutFunction::apply(x, p, static_cast<int64_t>(stream.seed), int64_t{stream.step},
                                int64_t{stream.micro_batch}, int64_t{stream.site},
                                static_cast<int64_t>(first_element / 4));
}

}  // namespace hone::tensor
