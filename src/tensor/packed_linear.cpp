// Calls oneDNN through the operators that libtorch registers for compiled models, because libtorch does not export its
// functions.
#include "tensor/packed_linear.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <vector>

#include "base/error.h"
#include "kernel/cpu.h"
#include "kernel/packed_sgemm.h"
#include "tensor/products.h"
#include "tensor/recompute.h"
#include "tensor/row_chunks.h"

namespace hone::tensor {

namespace {

thread_local bool stay_plain = false;

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
  op->callBoxed(&arguments);  // NOLINT(bugprone-unchecked-optional-access): checked above
  return arguments.front().toTensor();
}

// oneDNN chooses the packed format for this number of rows, that of a usual batch.
constexpr int64_t kUsualRows = 256;

at::Tensor packed_by_mkl(const at::Tensor& weight) {
  const int64_t out = weight.size(0), in = weight.size(1);
  at::Tensor packed = at::empty({static_cast<int64_t>(kernel::packed_sgemm_bytes(out, in))}, at::kByte);
  kernel::pack_sgemm_weight(weight.const_data_ptr<float>(), out, in, packed.mutable_data_ptr());
  return packed;
}

at::Tensor linear_by_mkl(const at::Tensor& x, const PackedWeight& weight, const at::Tensor& bias) {
  const auto product = [&](const at::Tensor& x_rows, const at::Tensor& y_rows) {
    if (bias.defined()) y_rows.copy_(bias.expand_as(y_rows));
    kernel::packed_sgemm(x_rows.const_data_ptr<float>(), x_rows.size(0), weight.packed().const_data_ptr(),
                         weight.out_features(), weight.in_features(), y_rows.mutable_data_ptr<float>(), bias.defined());
  };
  if (rows_are_independent()) return by_row_chunks(x, weight.out_features(), product);
  const at::Tensor y = at::empty({x.size(0), weight.out_features()}, x.options());
  product(x, y);
  return y;
}

at::Tensor linear_by_onednn(const at::Tensor& x, const PackedWeight& weight, const at::Tensor& bias) {
  const c10::IValue own_bias = bias.defined() ? c10::IValue(bias.to(x.scalar_type())) : c10::IValue();
  return by_row_chunks(x, weight.out_features(), [&](const at::Tensor& x_rows, const at::Tensor& y_rows) {
    y_rows.copy_(call(linear_operator(), {x_rows, weight.packed(), own_bias, "none",
                                          c10::List<std::optional<at::Scalar>>(), c10::IValue()}));
  });
}

// oneDNN packs bfloat16 weights only on processors with AVX-512.
bool can_pack_bfloat16() {
  return kernel::cpu_level() != kernel::CpuLevel::kScalar &&
         kernel::detected_cpu_level() >= kernel::CpuLevel::kAvx512 && pack_operator() && linear_operator();
}

}  // namespace

PlainWeights::PlainWeights() : before_(stay_plain) { stay_plain = true; }
PlainWeights::~PlainWeights() { stay_plain = before_; }
bool weights_stay_plain() { return stay_plain; }

bool takes_packed_weights(const at::Tensor& x) {
  if (stay_plain || needs_few_rows(x) || at::GradMode::is_enabled() || will_be_recomputed() || !x.device().is_cpu())
    return false;
  if (x.scalar_type() == at::kFloat) return kernel::has_packed_sgemm();
  return x.scalar_type() == at::kBFloat16 && can_pack_bfloat16();
}

const PackedWeight& PackedWeight::in(const at::Tensor& weight, at::ScalarType dtype, int64_t version) {
  if (!packed_.defined() || source_ != weight.const_data_ptr() || dtype_ != dtype || version_ != version) {
    const at::NoGradGuard no_gradients;
    const at::Tensor dense = weight.detach().to(dtype).contiguous();
    packed_ = dtype == at::kFloat ? packed_by_mkl(dense) : call(pack_operator(), {dense, c10::IValue(kUsualRows)});
    out_features_ = weight.size(0);
    in_features_ = weight.size(1);
    source_ = weight.const_data_ptr();
    dtype_ = dtype;
    version_ = version;
  }
  return *this;
}

at::Tensor packed_linear(const at::Tensor& x, const PackedWeight& weight, const at::Tensor& bias) {
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.out_features();
  const at::Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
  const at::Tensor y =
      x.scalar_type() == at::kFloat ? linear_by_mkl(rows, weight, bias) : linear_by_onednn(rows, weight, bias);
  return y.view(sizes);
}

}  // namespace hone::tensor
