#include "tensor/packing.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "tensor/compute.h"

namespace hone::tensor {

Packing Packing::from_lengths(const std::vector<int64_t>& lengths) {
  Packing packing;
  packing.offsets.resize(lengths.size() + 1);
  std::partial_sum(lengths.begin(), lengths.end(), packing.offsets.begin() + 1);
  return packing;
}

int64_t Packing::length(int64_t sequence) const {
  const auto index = static_cast<size_t>(sequence);
  return offsets[index + 1] - offsets[index];
}

std::vector<int64_t> Packing::lengths() const {
  std::vector<int64_t> result(offsets.size() - 1);
  for (size_t i = 0; i < result.size(); ++i) result[i] = offsets[i + 1] - offsets[i];
  return result;
}

int64_t Packing::max_length() const {
  const std::vector<int64_t> all = lengths();
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

at::Tensor Packing::first_tokens() const {
  at::Tensor rows = at::empty({num_sequences()}, at::kLong);
  std::copy(offsets.begin(), offsets.end() - 1, rows.mutable_data_ptr<int64_t>());
  return rows;
}

at::Tensor Packing::last_tokens() const { return at::tensor(offsets, at::kLong).slice(0, 1) - 1; }

at::Tensor Packing::positions() const {
  at::Tensor result = at::empty({num_tokens()}, at::kLong);
  int64_t* data = result.mutable_data_ptr<int64_t>();
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    std::iota(data + offsets[i], data + offsets[i + 1], first_positions.empty() ? int64_t{0} : first_positions[i]);
  }
  return result;
}

void Packing::check(int64_t num_rows) const {
  check_internal(!offsets.empty() && offsets.front() == 0, "a packing starts at 0");
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    check_internal(offsets[i] < offsets[i + 1], "a packed sequence holds a token");
  }
  check_internal(offsets.back() == num_rows, "a packing ends at the last row");
}

at::Tensor returned_rows(const at::Tensor& x, const Packing& packing) {
  return packing.returns_first_tokens ? x.index_select(0, on_device(packing.first_tokens(), x.device())) : x;
}

at::Tensor first_rows(const at::Tensor& x, const Packing& packing) {
  return x.index_select(0, on_device(packing.first_tokens(), x.device())).to(at::kFloat);
}

at::Tensor last_rows(const at::Tensor& x, const Packing& packing) {
  return x.index_select(0, on_device(packing.last_tokens(), x.device())).to(at::kFloat);
}

namespace {

// Applies `reduce` to the rows [n, L, C] of n adjacent sequences of the same length L, and returns its results
// [n, C] one after another: batches are sorted by length, so there are few such runs.
template <typename Reduce>
at::Tensor of_runs(const at::Tensor& x, const Packing& packing, const Reduce& reduce) {
  const at::Tensor rows = x.to(at::kFloat);
  std::vector<at::Tensor> results;
  const std::vector<int64_t> lengths = packing.lengths();
  for (size_t begin = 0, end = 0; begin < lengths.size(); begin = end) {
    const auto position = [&](size_t i) { return packing.first_positions.empty() ? 0 : packing.first_positions[i]; };
    while (end < lengths.size() && lengths[end] == lengths[begin] && position(end) == position(begin)) ++end;
    const auto count = static_cast<int64_t>(end - begin);
    const at::Tensor run = rows.narrow(0, packing.offsets[begin], count * lengths[begin]);
    results.push_back(reduce(run.reshape({count, lengths[begin], rows.size(1)}), position(begin)));
  }
  return results.size() == 1 ? results.front() : at::cat(results);
}

}  // namespace

at::Tensor max_rows(const at::Tensor& x, const Packing& packing) {
  return of_runs(x, packing, [](const at::Tensor& run, int64_t) { return run.amax(1); });
}

at::Tensor mean_rows(const at::Tensor& x, const Packing& packing) {
  return of_runs(x, packing, [](const at::Tensor& run, int64_t) { return run.mean(1); });
}

at::Tensor sum_by_root_rows(const at::Tensor& x, const Packing& packing) {
  return of_runs(x, packing, [](const at::Tensor& run, int64_t) {
    return run.sum(1) / std::sqrt(static_cast<double>(run.size(1)));
  });
}

at::Tensor position_mean_rows(const at::Tensor& x, const Packing& packing) {
  return of_runs(x, packing, [&](const at::Tensor& run, int64_t first) {
    const at::Tensor weights = at::arange(first + 1, first + run.size(1) + 1, run.options());  // [L]
    return (run * weights.unsqueeze(1)).sum(1) / weights.sum();
  });
}

}  // namespace hone::tensor
