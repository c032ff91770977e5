// A dropout site of a model. Sites are numbered in the order in which the model is built, so that a draw does not
// depend on which other sites are active.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/forward_context.h"

namespace hone::nn {

// Numbers the sites of one model.
class DropoutSites {
 public:
  uint32_t next() { return next_++; }

 private:
  uint32_t next_ = 0;
};

class Dropout {
 public:
  Dropout(double p, DropoutSites& sites) : p_(p), site_(sites.next()) {}

  // x has any shape. Returns x itself if not training or if p is 0.
  at::Tensor operator()(const at::Tensor& x, const ForwardContext& context) const;

  // Returns the probability in this pass: 0 if not training.
  double active_p(const ForwardContext& context) const { return context.training ? p_ : 0.0; }
  RandomStream stream(const ForwardContext& context) const { return context.stream(site_); }

 private:
  double p_;
  uint32_t site_;
};

}  // namespace hone::nn
