// The matrix products of a linear and of its gradients, without autograd. Shapes: T rows, I in, O out features.
#pragma once

#include <ATen/core/Tensor.h>

namespace hone::tensor {

// x [T, I] right [I, O] -> [T, O]; both operands and the result have one type.
at::Tensor rows_product(const at::Tensor& x, const at::Tensor& right);

// x [T, I], weight [O, I], bias [O] or undefined -> [T, O] of x's type. A weight of another type is converted part by
// part, or read as it is for few rows (kernel/few_rows.h, kernel/amx_product.h).
at::Tensor linear_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// Returns whether linear_product computes x by product_by_few_rows, because rows must be independent and are not in
// MKL's products: on processors with AVX2 only, MKL sums a row in an order that depends on its place.
bool needs_few_rows(const at::Tensor& x);

// The same by kernel/few_rows.h: the bits of a row do not depend on the other rows. For float and bfloat16 on the CPU,
// each of the two, with a contiguous weight.
at::Tensor product_by_few_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// gradient [T, O]^T x [T, I] -> [O, I]: the gradient of a linear's weight; for bfloat16 the result may be fp32.
// `transposes`: makes a transposed copy of `gradient` first. The overload without this argument chooses: it makes the
// copy for bfloat16 on AMX, where libtorch's product of a transposed operand has half the speed.
at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x, bool transposes);
at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x);

}  // namespace hone::tensor
