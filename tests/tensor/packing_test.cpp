#include "tensor/packing.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "expect_error.h"

namespace packing_test {

using namespace hone;
using tensor::Packing;

std::vector<int64_t> numbers(const at::Tensor& t) {
  return {t.const_data_ptr<int64_t>(), t.const_data_ptr<int64_t>() + t.numel()};
}

TEST_CASE("the first and the last token of each sequence are known by their rows") {
  const auto packing = tensor::Packing::from_lengths({3, 1, 2});
  CHECK(at::equal(packing.first_tokens(), at::tensor({0, 3, 4}, at::kLong)));
  CHECK(at::equal(packing.last_tokens(), at::tensor({2, 3, 5}, at::kLong)));
}

TEST_CASE("a packing returns its numbers of sequences and tokens") {
  const Packing packing = Packing::from_lengths({3, 1, 4});
  CHECK(packing.offsets == std::vector<int64_t>{0, 3, 4, 8});
  CHECK(packing.num_sequences() == 3);
  CHECK(packing.num_tokens() == 8);
  CHECK(packing.max_length() == 4);
  CHECK(packing.length(0) == 3);
  CHECK(packing.lengths() == std::vector<int64_t>{3, 1, 4});
}

TEST_CASE("a packing without sequences is empty") {
  const Packing packing;
  CHECK(packing.num_sequences() == 0);
  CHECK(packing.num_tokens() == 0);
  CHECK(packing.max_length() == 0);
  CHECK(packing.positions().numel() == 0);
}

TEST_CASE("a packing returns each sequence's first token and each token's position") {
  const Packing packing = Packing::from_lengths({3, 1, 2});
  CHECK(numbers(packing.first_tokens()) == std::vector<int64_t>{0, 3, 4});
  CHECK(numbers(packing.positions()) == std::vector<int64_t>{0, 1, 2, 0, 0, 1});
}

TEST_CASE("a packing that does not match its rows is an internal error") {
  CHECK(expect_error([] { Packing{{0, 2}}.check(3); }).kind() == ErrorKind::kInternal);
  CHECK(contains(expect_error([] { Packing{{1, 2}}.check(2); }).what(), "starts at 0"));
  CHECK(contains(expect_error([] { Packing{{0, 2, 2}}.check(2); }).what(), "holds a token"));
  CHECK_NOTHROW(Packing{{0, 2}}.check(2));
}

TEST_CASE("the first row of each sequence is returned, in float") {
  const at::Tensor x = at::arange(12, at::kBFloat16).view({6, 2});
  const at::Tensor first = tensor::first_rows(x, tensor::Packing::from_lengths({3, 1, 2}));
  CHECK(at::equal(first, at::tensor({0.0F, 1.0F, 6.0F, 7.0F, 8.0F, 9.0F}).view({3, 2})));
}

TEST_CASE("the mean of each sequence's rows is returned, in float, and its gradient is spread over the rows") {
  const at::Tensor x = at::arange(12, at::kBFloat16).view({6, 2}).requires_grad_();
  const at::Tensor means = tensor::mean_rows(x, tensor::Packing::from_lengths({3, 1, 2}));
  CHECK(at::equal(means, at::tensor({2.0F, 3.0F, 6.0F, 7.0F, 9.0F, 10.0F}).view({3, 2})));
  (means * at::tensor({3.0F, 1.0F, 4.0F}).view({3, 1})).sum().backward();
  CHECK(at::equal(x.grad().select(1, 0), at::tensor({1.0F, 1.0F, 1.0F, 1.0F, 2.0F, 2.0F}).to(at::kBFloat16)));
}

}  // namespace packing_test
