#include "task/row_margins.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace hone::task {

void RowMargins::resize(uint64_t num_rows) {
  sums.resize(num_rows);
  counts.resize(num_rows);
}

void RowMargins::add(const at::Tensor& logits, std::span<const uint64_t> rows, std::span<const int64_t> labels) {
  const at::Tensor outputs = logits.detach().to(at::kCPU, at::kFloat).contiguous();  // [B, K]
  const int64_t num_labels = outputs.size(1);
  check_internal(outputs.size(0) == static_cast<int64_t>(rows.size()) && rows.size() == labels.size(),
                 "each row has outputs and a label");
  const float* row_outputs = outputs.const_data_ptr<float>();
  for (size_t i = 0; i < rows.size(); ++i, row_outputs += num_labels) {
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t label = 0; label < num_labels; ++label) {
      if (label != labels[i]) largest = std::max(largest, static_cast<double>(row_outputs[label]));
    }
    const double margin = static_cast<double>(row_outputs[labels[i]]) - largest;
    if (!std::isfinite(margin)) continue;
    sums[rows[i]] += static_cast<float>(margin);
    ++counts[rows[i]];
  }
}

}  // namespace hone::task
