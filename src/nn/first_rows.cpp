// A selection and a cast.
#include "nn/first_rows.h"

#include <ATen/ATen.h>

#include "tensor/transfer.h"

namespace hone::nn {

at::Tensor first_rows(const at::Tensor& x, const tensor::Packing& packing) {
  return x.index_select(0, tensor::on_device(packing.first_tokens(), x.device())).to(at::kFloat);
}

}  // namespace hone::nn
