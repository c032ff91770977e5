// Tensors always have memory of their own. The alignment of mapped memory depends on the file's header, and the last
// bits of matrix products depend on the alignment.
#include "tensor/stored_tensor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "tensor/dtype.h"

namespace hone::tensor {

namespace {

constexpr int64_t kPartElements = 1 << 20;  // those that are converted at a time, so that it needs little memory

StoredTensor rows_of(const StoredTensor& stored, int64_t first, int64_t count) {
  const size_t row_bytes = stored.bytes.size() / static_cast<size_t>(stored.shape[0]);
  StoredTensor rows = stored;
  rows.shape[0] = count;
  rows.bytes = stored.bytes.substr(static_cast<size_t>(first) * row_bytes, static_cast<size_t>(count) * row_bytes);
  return rows;
}

// Calls use(part, first row) with parts of whole rows, in their order; with all at once if the rows do not lie one
// after another.
template <typename F>
void for_each_part(const StoredTensor& stored, F use) {
  const auto num_elements = static_cast<int64_t>(stored.bytes.size() / c10::elementSize(stored.dtype));
  if (!stored.strides.empty() || num_elements <= kPartElements) {
    use(stored, 0);
    return;
  }
  const int64_t num_rows = stored.shape[0], at_once = std::max<int64_t>(1, kPartElements * num_rows / num_elements);
  for (int64_t first = 0; first < num_rows; first += at_once) {
    use(rows_of(stored, first, std::min(at_once, num_rows - first)), first);
  }
}

bool is_aligned(const StoredTensor& stored) {
  return reinterpret_cast<uintptr_t>(stored.bytes.data()) % c10::elementSize(stored.dtype) == 0;
}

// Returns a tensor over the stored bytes themselves, only for reading. libtorch copies from it with all threads.
at::Tensor tensor_over(const StoredTensor& stored) {
  void* const data = const_cast<char*>(stored.bytes.data());
  if (stored.strides.empty()) return at::from_blob(data, stored.shape, at::TensorOptions(stored.dtype));
  return at::from_blob(data, stored.shape, stored.strides, at::TensorOptions(stored.dtype));
}

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

at::Tensor read_tensor(const StoredTensor& stored) {
  const auto num_elements = static_cast<int64_t>(stored.bytes.size() / c10::elementSize(stored.dtype));
  const at::Tensor block = at::empty({num_elements}, stored.dtype);
  if (!stored.bytes.empty()) std::memcpy(block.mutable_data_ptr(), stored.bytes.data(), block.nbytes());
  return stored.strides.empty() ? block.view(stored.shape) : block.as_strided(stored.shape, stored.strides);
}

bool have_equal_values(const StoredTensor& a, const StoredTensor& b) {
  if (a.shape != b.shape) return false;
  if (a.bytes.data() == b.bytes.data() && a.dtype == b.dtype && a.strides == b.strides) return true;
  const auto are_equal = [](const StoredTensor& left, const StoredTensor& right) {
    return at::equal(read_tensor(left).to(at::kFloat), read_tensor(right).to(at::kFloat));
  };
  if (!a.strides.empty() || !b.strides.empty()) return are_equal(a, b);
  bool all_equal = true;
  for_each_part(a, [&](const StoredTensor& part, int64_t first) {
    all_equal = all_equal && are_equal(part, part.shape == b.shape ? b : rows_of(b, first, part.shape[0]));
  });
  return all_equal;
}

void copy_into(const StoredTensor& stored, const at::Tensor& target,
               const std::function<void(std::string_view bytes)>& used) {
  if (!at::isFloatingType(stored.dtype)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("tensor \"{}\" has the type {}, which is not a floating-point type", stored.name,
                            dtype_name(stored.dtype)),
                "hone loads weights of the types F64, F32, F16 and BF16");
  }
  check_internal(target.sizes() == at::IntArrayRef(stored.shape), "a stored tensor has its target's shape");
  const at::NoGradGuard no_grad;
  for_each_part(stored, [&](const StoredTensor& part, int64_t first) {
    const at::Tensor to = part.shape == stored.shape ? target : target.narrow(0, first, part.shape[0]);
    to.copy_(is_aligned(part) ? tensor_over(part) : read_tensor(part));
    if (used) used(part.bytes);
  });
}

}  // namespace hone::tensor
