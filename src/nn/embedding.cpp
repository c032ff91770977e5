// Table look-up; backward sums rows in the order of the ids, so it is the same from run to run.
#include "nn/embedding.h"

#include <ATen/ATen.h>

namespace hone::nn {

Embedding::Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id) : padding_id_(padding_id) {
  weight = register_parameter("weight", at::empty({num_rows, width}));
}

at::Tensor Embedding::forward(const at::Tensor& ids) const {
  return at::embedding(weight, ids, padding_id_.value_or(-1));
}

}  // namespace hone::nn
