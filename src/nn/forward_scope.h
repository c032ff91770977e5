// The settings of the forward pass that this thread computes, for modules whose callers pass none: the adapters of
// linears. So no family has to know of adapters.
#pragma once

#include "nn/forward_context.h"

namespace hone::nn {

class ForwardScope {
 public:
  explicit ForwardScope(const ForwardContext& context);
  ~ForwardScope();
  ForwardScope(const ForwardScope&) = delete;
  ForwardScope& operator=(const ForwardScope&) = delete;

  // Returns the settings of the innermost scope of this thread; without one, those of a prediction.
  static const ForwardContext& current();

 private:
  const ForwardContext* before_;
};

}  // namespace hone::nn
