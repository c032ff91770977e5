#include "tensor/row_chunks.h"

#include <ATen/core/Tensor.h>

#include <utility>

namespace hone::tensor {

namespace {

constexpr uint64_t kWidestLoad = 64;  // bytes

thread_local bool are_independent = false;

}  // namespace

IndependentRows::IndependentRows() : before_(std::exchange(are_independent, true)) {}
IndependentRows::~IndependentRows() { are_independent = before_; }

bool rows_are_independent() { return are_independent; }

bool is_aligned_for_products(const at::Tensor& rows) {
  const auto address = reinterpret_cast<uintptr_t>(rows.const_data_ptr());
  return rows.is_contiguous() && address % kWidestLoad == 0 &&
         static_cast<uint64_t>(rows.size(1)) * rows.itemsize() % kWidestLoad == 0;
}

}  // namespace hone::tensor
