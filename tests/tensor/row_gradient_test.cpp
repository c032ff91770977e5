#include "tensor/row_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "tensor/embedding.h"

namespace row_gradient_test {

using namespace hone;
using namespace hone::tensor;

std::vector<int64_t> rows_of(const RowGradient& gradient) { return {gradient.rows().begin(), gradient.rows().end()}; }

TEST_CASE("a sparse gradient has its rows and values, and is dense with zeros elsewhere") {
  const at::Tensor values = at::randn({2, 3});
  const at::Tensor sparse = make_row_gradient({at::tensor({1, 4}, at::kLong), values}, 6);
  CHECK(rows_of(row_gradient(sparse)) == std::vector<int64_t>{1, 4});
  at::Tensor expected = at::zeros({6, 3});
  expected.index_put_({at::tensor({1, 4}, at::kLong)}, values);
  CHECK(at::equal(dense_gradient(sparse), expected));
  CHECK(at::equal(dense_gradient(expected), expected));
  const RowGradient sum = row_gradient(sparse + make_row_gradient({at::tensor({0, 4}, at::kLong), values}, 6));
  CHECK(rows_of(sum) == std::vector<int64_t>{0, 1, 4});
  CHECK(at::equal(sum.values, at::stack({values[0], values[0], values[1] + values[1]})));
}

// Two batches that share rows, as micro-batches do; row 7 is padding.
TEST_CASE("the gradient of a large table is sparse and equals libtorch's, also over several batches") {
  constexpr int64_t kRows = 64, kPadding = 7;
  at::Tensor own = at::randn({kRows, 5}), library = own.clone();
  own.requires_grad_(true);
  library.requires_grad_(true);
  const at::Tensor scale = at::ones({5});
  for (const auto& batch : {std::vector<int64_t>{9, 3, 7, 3, 60}, std::vector<int64_t>{60, 0, 9}}) {
    const at::Tensor ids = at::tensor(batch, at::kLong);
    const at::Tensor weights = at::randn({ids.size(0), 5});
    EmbeddingOptions options;
    options.norm_weight = scale;
    (embedding_norm({{own, ids, kPadding}}, options) * weights).sum().backward();
    const at::Tensor rows = at::embedding(library, ids, kPadding);
    (at::layer_norm(rows, {5}, scale, {}, 1e-12) * weights).sum().backward();
  }
  REQUIRE(own.grad().is_sparse());
  CHECK(rows_of(row_gradient(own.grad())) == std::vector<int64_t>{0, 3, 9, 60});
  CHECK(at::allclose(dense_gradient(own.grad()), library.grad(), 1e-4, 1e-5));
}

TEST_CASE("a table that a batch reads in large part has a dense gradient") {
  at::Tensor table = at::randn({8, 5}).requires_grad_(true);
  EmbeddingOptions options;
  options.norm_weight = at::ones({5});
  embedding_norm({{table, at::tensor({1, 2, 3}, at::kLong)}}, options).sum().backward();
  CHECK(!table.grad().is_sparse());
}

}  // namespace row_gradient_test
