// oneDNN's functions are not exported by libtorch; what compiled models use of them is, as operators.
#include "tensor/packed_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <vector>

#include "base/error.h"
#include "kernel/cpu.h"

namespace hone::tensor {

namespace {

using Operator = std::optional<c10::OperatorHandle>;

const Operator& pack_operator() {
  static const Operator found = c10::Dispatcher::singleton().findSchema({"mkldnn::_reorder_linear_weight", ""});
  return found;
}

const Operator& linear_operator() {
  static const Operator found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return found;
}

at::Tensor call(const Operator& op, std::vector<c10::IValue> arguments) {
  check_internal(op.has_value(), "packed products are asked for where libtorch has oneDNN");
  op->callBoxed(&arguments);
  return arguments.front().toTensor();
}

// Rows of a usual batch: the format is chosen for about so many.
constexpr int64_t kUsualRows = 256;

}  // namespace

bool takes_packed_weights(const at::Tensor& x) {
  const bool has_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return !at::GradMode::is_enabled() && has_type && x.device().is_cpu() &&
         kernel::cpu_level() != kernel::CpuLevel::kScalar && pack_operator() && linear_operator();
}

const at::Tensor& PackedWeight::in(const at::Tensor& weight, at::ScalarType dtype, int64_t version) {
  if (!packed_.defined() || source_ != weight.const_data_ptr() || dtype_ != dtype || version_ != version) {
    const at::NoGradGuard no_gradients;
    packed_ = call(pack_operator(), {weight.detach().to(dtype).contiguous(), c10::IValue(kUsualRows)});
    source_ = weight.const_data_ptr();
    dtype_ = dtype;
    version_ = version;
  }
  return packed_;
}

at::Tensor packed_linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias) {
  if (x.numel() == 0) {
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes.back() = packed.size(0);
    return at::empty(sizes, x.options());
  }
  return call(linear_operator(), {x, packed, bias.defined() ? c10::IValue(bias.to(x.scalar_type())) : c10::IValue(),
                                  "none", c10::List<std::optional<at::Scalar>>(), c10::IValue()});
}

}  // namespace hone::tensor
