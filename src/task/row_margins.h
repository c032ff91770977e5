// The margin of each training row, averaged while the model is trained: Pleiss et al., "Identifying mislabeled data
// using the area under the margin ranking", arXiv 2001.10528. A row with a wrong label has a low or negative one.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace hone::task {

struct RowMargins {
  // The margin of a row is the output of its label minus the largest other output.
  // In float, as files hold them, so that a resumed training has the same sums.
  std::vector<float> sums;       // by row, over the steps that trained on it
  std::vector<uint64_t> counts;  // of these steps

  // Makes room for this many rows; keeps what there is.
  void resize(uint64_t num_rows);
  // Adds the margins of a batch: `logits` [B, K] with K > 1, of these rows [B] with these labels [B]. Margins that are
  // not finite are left out.
  void add(const at::Tensor& logits, std::span<const uint64_t> rows, std::span<const int64_t> labels);
};

}  // namespace hone::task
