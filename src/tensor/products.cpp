// libtorch computes the products; this file chooses their operands.
#include "tensor/products.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "kernel/amx_product.h"
#include "kernel/bfloat16_gemm.h"
#include "kernel/cpu.h"
#include "kernel/few_rows.h"
#include "kernel/transpose.h"
#include "tensor/packed_linear.h"
#include "tensor/row_chunks.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

// Returns whether oneDNN computes the product: for bfloat16 on the CPU.
bool is_onednns(const at::Tensor& x) { return x.device().is_cpu() && x.scalar_type() == at::kBFloat16; }

bool takes_chunks(const at::Tensor& x) { return is_onednns(x) || (x.device().is_cpu() && rows_are_independent()); }

at::Tensor transposed(const at::Tensor& matrix) {
  const at::Tensor from = matrix.contiguous();
  at::Tensor to = at::empty({from.size(1), from.size(0)}, from.options());
  kernel::transpose_matrix(static_cast<const uint16_t*>(from.const_data_ptr()),
                           static_cast<uint16_t*>(to.mutable_data_ptr()), from.size(0), from.size(1));
  return to;
}

at::Tensor weight_gradient_by_mkl(const at::Tensor& gradient, const at::Tensor& x) {
  const at::Tensor a = gradient.contiguous(), b = x.contiguous();
  at::Tensor result = at::empty({a.size(1), b.size(1)}, a.options().dtype(at::kFloat));
  kernel::bfloat16_transposed_product(elements<kernel::BFloat16>(a), elements<kernel::BFloat16>(b),
                                      result.mutable_data_ptr<float>(), a.size(1), b.size(1), a.size(0));
  return result;
}

bool can_few_rows(const at::Tensor& operand) {
  return operand.scalar_type() == at::kFloat || operand.scalar_type() == at::kBFloat16;
}

// Calls f with a value of the element type, which can_few_rows() has checked.
template <typename F>
void for_few_rows_type(const at::Tensor& operand, F f) {
  operand.scalar_type() == at::kFloat ? f(float{}) : f(kernel::BFloat16{});
}

// For this many rows oneDNN is as fast, although it packs the weight for each product and compiles code for each number
// of rows.
constexpr int64_t kRowsForOneDnn = 256;

// Returns whether kernel/amx_product.h computes the rows that do not fill a part of kRowsForOneDnn.
bool is_for_amx(const at::Tensor& x, const at::Tensor& weight) {
  return weights_stay_plain() && x.device().is_cpu() && x.size(0) % kRowsForOneDnn != 0 &&
         x.scalar_type() == at::kBFloat16 && weight.scalar_type() == at::kBFloat16 && weight.is_contiguous() &&
         weight.size(1) > 0 && kernel::has_amx_product();
}

// x, y and bias are contiguous; bias is float or undefined. The product of `count` rows from `first` on.
template <typename X, typename W>
kernel::RowsProduct<X, W> product_of_rows(const at::Tensor& x, int64_t first, int64_t count, const at::Tensor& weight,
                                          const at::Tensor& bias, const at::Tensor& y) {
  const int64_t out = weight.size(0), in = weight.size(1);
  return {.x = elements<X>(x) + first * in,
          .num_rows = count,
          .weight = elements<W>(weight),
          .out = out,
          .in = in,
          .bias = elements<float>(bias),
          .y = mutable_elements<X>(y) + first * out};
}

at::Tensor float_bias(const at::Tensor& bias) { return bias.defined() ? bias.to(at::kFloat).contiguous() : bias; }

at::Tensor product_by_amx(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor rows = x.contiguous();
  at::Tensor y = at::empty({x.size(0), weight.size(0)}, rows.options());
  const int64_t left = rows.size(0) % kRowsForOneDnn, whole = rows.size(0) - left;
  if (whole > 0) y.narrow(0, 0, whole).copy_(linear_product(rows.narrow(0, 0, whole), weight, bias));
  kernel::amx_product(
      product_of_rows<kernel::BFloat16, kernel::BFloat16>(rows, whole, left, weight, float_bias(bias), y));
  return y;
}

// Returns whether the product is one for kernel/few_rows.h.
bool is_for_few_rows(const at::Tensor& x, const at::Tensor& weight) {
  return weights_stay_plain() && x.device().is_cpu() && x.size(0) > 0 && x.size(0) <= kernel::kFewRows &&
         can_few_rows(x) && can_few_rows(weight) && weight.is_contiguous();
}

}  // namespace

bool needs_few_rows(const at::Tensor& x) {
  return rows_are_independent() && x.device().is_cpu() && x.scalar_type() == at::kFloat &&
         kernel::detected_cpu_level() == kernel::CpuLevel::kAvx2;
}

at::Tensor product_by_few_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor rows = x.contiguous(), own_bias = float_bias(bias);
  at::Tensor y = at::empty({x.size(0), weight.size(0)}, rows.options());
  const auto compute = [&]<typename X, typename W>(X, W) {
    for (int64_t row = 0; row < rows.size(0); row += kernel::kFewRows) {
      const int64_t count = std::min(kernel::kFewRows, rows.size(0) - row);
      kernel::few_rows_product(product_of_rows<X, W>(rows, row, count, weight, own_bias, y));
    }
  };
  for_few_rows_type(
      rows, [&](auto x_type) { for_few_rows_type(weight, [&](auto weight_type) { compute(x_type, weight_type); }); });
  return y;
}

namespace {

// Returns `rows` [R, W], R at most `count`, followed by zeros to `count` rows.
at::Tensor zero_padded(const at::Tensor& rows, int64_t count) {
  at::Tensor padded = at::zeros({count, rows.size(1)}, rows.options());
  padded.narrow(0, 0, rows.size(0)).copy_(rows);
  return padded;
}

// oneDNN keeps code for each number of rows (row_chunks.h). So this function passes multiples of kGradientRows, and
// pads the last rows with zeros.
at::Tensor weight_gradient_by_onednn(const at::Tensor& gradient, const at::Tensor& x, bool transposes) {
  const auto product = [&](const at::Tensor& g, const at::Tensor& rows) {
    return at::mm(transposes ? transposed(g) : g.t(), rows);
  };
  const int64_t rows = gradient.size(0), left = rows % kGradientRows, whole = rows - left;
  if (left == 0) return product(gradient, x);
  const at::Tensor of_last = product(zero_padded(gradient.narrow(0, whole, left), kGradientRows),
                                     zero_padded(x.narrow(0, whole, left), kGradientRows));
  if (whole == 0) return of_last;
  return product(gradient.narrow(0, 0, whole), x.narrow(0, 0, whole)).to(at::kFloat).add_(of_last);
}

}  // namespace

at::Tensor rows_product(const at::Tensor& x, const at::Tensor& right) {
  if (!takes_chunks(x)) return at::mm(x, right);
  return by_row_chunks(x, right.size(1),
                       [&](const at::Tensor& x_rows, at::Tensor y_rows) { at::mm_out(y_rows, x_rows, right); });
}

namespace {

at::Tensor product_with_converted(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  constexpr int64_t kElements = 1 << 20;  // of the weight, at a time: in the cache when the product reads them
  const int64_t out = weight.size(0), at_once = std::max<int64_t>(64, kElements / std::max<int64_t>(1, weight.size(1)));
  const at::Tensor y = at::empty({x.size(0), out}, x.options());
  for (int64_t first = 0; first < out; first += at_once) {
    const int64_t count = std::min(at_once, out - first);
    const at::Tensor part = weight.narrow(0, first, count).to(x.scalar_type());
    const at::Tensor part_bias = bias.defined() ? bias.narrow(0, first, count) : bias;
    y.narrow(1, first, count).copy_(linear_product(x, part, part_bias));
  }
  return y;
}

}  // namespace

at::Tensor linear_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (is_for_amx(x, weight)) return product_by_amx(x, weight, bias);
  if (is_for_few_rows(x, weight) || (needs_few_rows(x) && weight.is_contiguous()))
    return product_by_few_rows(x, weight, bias);
  if (weight.scalar_type() != x.scalar_type()) return product_with_converted(x, weight, bias);
  if (!bias.defined()) return rows_product(x, weight.t());
  const at::Tensor own_bias = bias.to(x.scalar_type());
  if (!takes_chunks(x)) return at::addmm(own_bias, x, weight.t());
  return by_row_chunks(x, weight.size(0), [&](const at::Tensor& x_rows, at::Tensor y_rows) {
    at::addmm_out(y_rows, own_bias, x_rows, weight.t());
  });
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x, bool transposes) {
  if (is_onednns(gradient)) return weight_gradient_by_onednn(gradient, x, transposes);
  return at::mm(transposes ? transposed(gradient) : gradient.t(), x);
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  const bool is_amx = is_onednns(gradient) && kernel::cpu_level() == kernel::CpuLevel::kAmx;
  if (is_onednns(gradient) && !is_amx && gradient.size(0) > 0 && kernel::has_bfloat16_gemm()) {
    return weight_gradient_by_mkl(gradient, x);
  }
  return weight_gradient(gradient, x, is_amx);
}

}  // namespace hone::tensor
