// Always copies into separate memory. The alignment of mapped memory depends on the file's header, and the last bits of
// matrix products depend on the alignment.
#include "tensor/stored_tensor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cstring>

#include "base/error.h"
#include "tensor/dtype.h"

namespace hone::tensor {

std::string shape_text(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

at::Tensor read_tensor(const StoredTensor& stored) {
  const auto num_elements = static_cast<int64_t>(stored.bytes.size() / c10::elementSize(stored.dtype));
  const at::Tensor block = at::empty({num_elements}, stored.dtype);
  if (!stored.bytes.empty()) std::memcpy(block.mutable_data_ptr(), stored.bytes.data(), block.nbytes());
  return stored.strides.empty() ? block.view(stored.shape) : block.as_strided(stored.shape, stored.strides);
}

void copy_into(const StoredTensor& stored, const at::Tensor& target) {
  if (!at::isFloatingType(stored.dtype)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("tensor \"{}\" has the type {}, which is not a floating-point type", stored.name,
                            dtype_name(stored.dtype)),
                "hone loads weights of the types F64, F32, F16 and BF16");
  }
  check_internal(target.sizes() == at::IntArrayRef(stored.shape), "a stored tensor has its target's shape");
  const at::NoGradGuard no_grad;
  const bool is_same =
      stored.strides.empty() && stored.dtype == target.scalar_type() && target.is_contiguous() && target.is_cpu();
  if (!is_same) {
    target.copy_(read_tensor(stored));
    return;
  }
  if (!stored.bytes.empty()) std::memcpy(target.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
  // Modules that keep something computed from a weight notice by its version that it has changed.
  if (!target.is_inference()) target.unsafeGetTensorImpl()->bump_version();
}

}  // namespace hone::tensor
