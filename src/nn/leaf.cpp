#include "nn/leaf.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/where.h>

#include "base/error.h"

namespace hone::nn {

void draw_truncated_normal(const at::Tensor& weight, double deviation, double cutoff, at::Generator& generator) {
  if (cutoff < 0.4) {
    throw Error(ErrorKind::kUnsupported, fmt::format("new weights are truncated at {} deviations", cutoff),
                "hone draws truncated weights from 0.4 deviations on");
  }
  const auto limit = static_cast<double>(static_cast<float>(cutoff * deviation));  // of the weight's type, as in torch
  at::Tensor drawn = weight.normal_(0.0, deviation, generator);
  for (at::Tensor outside = drawn.abs() > limit; outside.any().item<bool>(); outside = drawn.abs() > limit) {
    drawn = at::where(outside, at::empty_like(drawn).normal_(0.0, deviation, generator), drawn);
  }
  if (!drawn.is_same(weight)) weight.copy_(drawn);
}

}  // namespace hone::nn
