// Table look-up; backward sums rows in the order of the ids, so it is the same from run to run.
#include "nn/embedding.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"

namespace hone::nn {

Embedding::Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id) : padding_id_(padding_id) {
  weight = register_parameter("weight", at::empty({num_rows, width}));
}

at::Tensor Embedding::forward(const at::Tensor& ids) const {
  return at::embedding(weight, ids, padding_id_.value_or(-1));
}

void Embedding::check_ids(const at::Tensor& ids, const char* what, const char* hint) const {
  const at::Tensor row = ids.to(at::kCPU).contiguous();
  const int64_t* begin = row.const_data_ptr<int64_t>();
  const int64_t* end = begin + row.numel();
  const int64_t num_rows = weight.size(0);
  const int64_t* outside = std::find_if(begin, end, [&](int64_t id) { return id < 0 || id >= num_rows; });
  if (outside == end) return;
  throw Error(ErrorKind::kInput, fmt::format("{} {} is outside the model's table of {}", what, *outside, num_rows),
              hint);
}

}  // namespace hone::nn
