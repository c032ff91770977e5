// A place in a model where dropout is drawn. Places are numbered when the model is built, in the order of building, so
// that a draw never depends on which other places are switched off.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/forward_context.h"

namespace hone::nn {

// Hands out the numbers; one for a model's construction.
class DropoutSites {
 public:
  uint32_t next() { return next_++; }

 private:
  uint32_t next_ = 0;
};

class Dropout {
 public:
  Dropout(double p, DropoutSites& sites) : p_(p), site_(sites.next()) {}

  // x of any shape; x itself when not training or p is 0.
  at::Tensor operator()(const at::Tensor& x, const ForwardContext& context) const;

  // The probability that holds in this pass: 0 when not training.
  double active_p(const ForwardContext& context) const { return context.training ? p_ : 0.0; }
  RandomStream stream(const ForwardContext& context) const { return context.stream(site_); }

 private:
  double p_;
  uint32_t site_;
};

}  // namespace hone::nn
