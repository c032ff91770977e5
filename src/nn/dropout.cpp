#include "nn/dropout.h"

#include "tensor/dropout.h"

namespace hone::nn {

at::Tensor Dropout::operator()(const at::Tensor& x, const ForwardContext& context) const {
  return tensor::dropout(x, active_p(context), stream(context));
}

}  // namespace hone::nn
