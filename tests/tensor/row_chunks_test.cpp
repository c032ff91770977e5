#include "tensor/row_chunks.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include <set>

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
