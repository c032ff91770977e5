#include "task/row_margins.h"

#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"

namespace row_margins_test {

using namespace hone;
using task::RowMargins;

TEST_CASE("a margin is the output of the label minus the largest other one, summed by row") {
  RowMargins margins;
  margins.resize(4);
  const at::Tensor first = at::tensor({2.0, -1.0, 0.5, /**/ 0.0, 3.0, 1.0}, at::kFloat).view({2, 3});
  margins.add(first, std::vector<uint64_t>{3, 0}, std::vector<int64_t>{0, 2});
  const at::Tensor second = at::tensor({1.0, 1.0, 0.0}, at::kDouble).to(at::kBFloat16).view({1, 3});
  margins.add(second, std::vector<uint64_t>{3}, std::vector<int64_t>{1});
  CHECK(margins.sums == std::vector<float>{-2, 0, 0, 1.5});
  CHECK(margins.counts == std::vector<uint64_t>{1, 0, 0, 2});
  margins.resize(5);
  CHECK(margins.sums == std::vector<float>{-2, 0, 0, 1.5, 0});
}

TEST_CASE("margins that are not finite are left out, and rows without outputs are a bug") {
  RowMargins margins;
  margins.resize(2);
  const at::Tensor logits = at::tensor({std::nan(""), 1.0, 1.0, 0.0}, at::kFloat).view({2, 2});
  margins.add(logits, std::vector<uint64_t>{0, 1}, std::vector<int64_t>{0, 0});
  CHECK(margins.sums == std::vector<float>{0, 1});
  CHECK(margins.counts == std::vector<uint64_t>{0, 1});
  const auto wrong = [&] { margins.add(logits, std::vector<uint64_t>{0}, std::vector<int64_t>{0}); };
  CHECK(expect_error(wrong).kind() == ErrorKind::kInternal);
}

}  // namespace row_margins_test
