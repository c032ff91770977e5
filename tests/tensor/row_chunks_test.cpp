#include "tensor/row_chunks.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include <set>

#include "kernel/cpu.h"
#include "tensor/packed_linear.h"
#include "tensor/products.h"

namespace row_chunks_test {

using namespace hone;

TEST_CASE("computing in chunks of rows returns the same as all rows at once, and uses few distinct chunk sizes") {
  const at::Tensor weight = at::sin(at::arange(12, at::kDouble)).view({4, 3});
  std::set<int64_t> counts;
  for (int64_t rows = 0; rows < 2100; rows += rows < 150 ? 1 : 77) {
    CAPTURE(rows);
    const at::Tensor x = at::cos(at::arange(rows * 3, at::kDouble)).view({rows, 3});
    const at::Tensor y = tensor::by_row_chunks(x, 4, [&](const at::Tensor& x_rows, at::Tensor y_rows) {
      counts.insert(x_rows.size(0));
      CHECK(y_rows.size(0) == x_rows.size(0));
      at::mm_out(y_rows, x_rows, weight.t());
    });
    CHECK(y.sizes() == at::IntArrayRef({rows, 4}));
    CHECK(at::allclose(y, at::mm(x, weight.t())));
  }
  CHECK(counts == std::set<int64_t>{8, 16, 24, 32, 40, 48, 56, 64, 128, 256, 512, 1024});
}

// Rows of a product by plain weights and by packed ones.
at::Tensor plain(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return tensor::linear_product(x, weight, bias);
}
at::Tensor packed(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  tensor::PackedWeight packed_weight;
  return tensor::packed_linear(x, packed_weight.in(weight, x.scalar_type(), 0), bias);
}

TEST_CASE("while rows are independent, a row has the same bits in every batch and at every place") {
  const at::NoGradGuard no_gradients;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    if (type == at::kBFloat16 && !kernel::has_native_bf16()) continue;
    for (const auto& [in, out] : {std::pair<int64_t, int64_t>{1536, 384}, {384, 1536}, {37, 33}, {32, 32}}) {
      CAPTURE(in);
      const at::Tensor weight = at::sin(at::arange(in * out, at::kFloat)).view({out, in}).to(type);
      const at::Tensor bias = at::cos(at::arange(out, at::kFloat));
      const at::Tensor x = at::cos(at::arange(900 * in, at::kFloat)).view({900, in}).to(type);
      for (const auto& product : {plain, packed}) {
        const tensor::IndependentRows independent;
        if (product == packed && !tensor::takes_packed_weights(x)) continue;
        CHECK(tensor::rows_are_independent());
        const at::Tensor all = product(x, weight, bias);
        for (const auto& [begin, count] :
             {std::pair<int64_t, int64_t>{0, 1}, {3, 5}, {255, 2}, {300, 256}, {111, 700}}) {
          CAPTURE(begin);
          CHECK(at::equal(product(x.narrow(0, begin, count), weight, bias), all.narrow(0, begin, count)));
        }
      }
    }
  }
  CHECK_FALSE(tensor::rows_are_independent());
}

TEST_CASE("independent rows are computed in chunks of one size only") {
  const tensor::IndependentRows independent;
  std::set<int64_t> counts;
  for (const int64_t rows : {1, 255, 256, 257, 1500}) {
    const at::Tensor x = at::cos(at::arange(rows * 3, at::kDouble)).view({rows, 3});
    const at::Tensor weight = at::sin(at::arange(12, at::kDouble)).view({4, 3});
    const at::Tensor y = tensor::by_row_chunks(x, 4, [&](const at::Tensor& x_rows, at::Tensor y_rows) {
      counts.insert(x_rows.size(0));
      at::mm_out(y_rows, x_rows, weight.t());
    });
    CHECK(at::allclose(y, at::mm(x, weight.t())));
  }
  CHECK(counts == std::set<int64_t>{tensor::kIndependentRows});
}

}  // namespace row_chunks_test
