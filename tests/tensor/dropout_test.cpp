#include "tensor/dropout.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "tensor/compute.h"

namespace dropout_test {

using namespace hone;

const RandomStream kStream{42, 7, 3, 5};

// The definition: element i is kept if and only if its random word is at least p * 2^32.
at::Tensor expected_mask(int64_t count, double p, uint64_t first_element = 0) {
  at::Tensor mask = at::empty({count});
  for (int64_t i = 0; i < count; ++i) {
    const bool kept = kStream.word(first_element + static_cast<uint64_t>(i)) >= p * 4294967296.0;
    mask.mutable_data_ptr<float>()[i] = kept ? static_cast<float>(1.0 / (1.0 - p)) : 0.0F;
  }
  return mask;
}

TEST_CASE("dropout keeps the elements whose random word is at least the threshold") {
  for (const int64_t count : {1, 3, 4, 5, 31, 32, 33, 1003}) {
    const at::Tensor x = at::linspace(1, 2, count);
    CHECK(at::equal(tensor::dropout(x, 0.3, kStream), x * expected_mask(count, 0.3)));
  }
}

TEST_CASE("dropout drops the requested share") {
  const at::Tensor y = tensor::dropout(at::ones({100000}), 0.1, kStream);
  CHECK(y.eq(0).sum().item<int64_t>() == doctest::Approx(10000).epsilon(0.05));
  CHECK(y.mean().item<double>() == doctest::Approx(1.0).epsilon(0.01));
}

TEST_CASE("dropout of probability 0 returns its input, and of probability 1 drops all") {
  const at::Tensor x = at::ones({10});
  CHECK(tensor::dropout(x, 0, kStream).is_same(x));
  CHECK(tensor::dropout(x, 1, kStream).eq(0).all().item<bool>());
}

TEST_CASE("dropout draws the same mask again in backward") {
  const at::Tensor x = at::linspace(-1, 1, 77).requires_grad_();
  (tensor::dropout(x, 0.5, kStream) * at::arange(77)).sum().backward();
  CHECK(at::equal(x.grad(), at::arange(77) * expected_mask(77, 0.5)));
}

TEST_CASE("dropout can be applied in parts") {
  const at::Tensor x = at::ones({24});
  const at::Tensor whole = tensor::dropout(x, 0.5, kStream);
  CHECK(at::equal(tensor::dropout(at::ones({16}), 0.5, kStream, 8), whole.slice(0, 8)));
  CHECK(expect_error([&] { tensor::dropout(x, 0.5, kStream, 3); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("dropout reads a view by element, not by memory layout") {
  const at::Tensor x = at::arange(12, at::kFloat).view({3, 4}).t();
  CHECK(at::equal(tensor::dropout(x, 0.5, kStream), tensor::dropout(x.contiguous(), 0.5, kStream)));
}

TEST_CASE("dropout is the same at any number of threads") {
  const int before = tensor::num_threads();
  const at::Tensor x = at::ones({100003});
  tensor::set_num_threads(1);
  const at::Tensor one = tensor::dropout(x, 0.1, kStream);
  tensor::set_num_threads(3);
  CHECK(at::equal(tensor::dropout(x, 0.1, kStream), one));
  tensor::set_num_threads(before);
}

TEST_CASE("different positions in a run draw different masks") {
  const at::Tensor x = at::ones({64});
  const at::Tensor mask = tensor::dropout(x, 0.5, kStream);
  for (const RandomStream& other :
       {RandomStream{43, 7, 3, 5}, RandomStream{42, 8, 3, 5}, RandomStream{42, 7, 4, 5}, RandomStream{42, 7, 3, 6}}) {
    CHECK_FALSE(at::equal(tensor::dropout(x, 0.5, other), mask));
  }
}

TEST_CASE("a probability outside [0, 1] is an internal error") {
  CHECK(expect_error([] { tensor::dropout(at::ones({4}), 1.5, kStream); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("dropout supports bfloat16 and double, with the same mask") {
  const at::Tensor x = at::linspace(1, 2, 101);
  const at::Tensor dropped = tensor::dropout(x, 0.3, kStream).eq(0);
  for (const at::ScalarType dtype : {at::kBFloat16, at::kDouble}) {
    const at::Tensor y = tensor::dropout(x.to(dtype), 0.3, kStream);
    CHECK((y.scalar_type() == dtype));
    CHECK(at::equal(y.eq(0), dropped));
  }
}

TEST_CASE("the library's dropout drops the requested share, and is the same at the same position") {
  const at::Tensor x = at::ones({100000}).requires_grad_();
  const at::Tensor y = tensor::dropout_by_library(x, 0.1, kStream);
  CHECK(y.eq(0).sum().item<int64_t>() == doctest::Approx(10000).epsilon(0.05));
  CHECK(y.max().item<double>() == doctest::Approx(1 / 0.9));
  CHECK(at::equal(tensor::dropout_by_library(x, 0.1, kStream), y));
  CHECK_FALSE(at::equal(tensor::dropout_by_library(x, 0.1, {42, 7, 3, 6}), y));
  CHECK_FALSE(at::equal(tensor::dropout_by_library(x, 0.1, kStream, 8), y));
  y.sum().backward();
  CHECK(at::equal(x.grad(), y.detach()));
}

TEST_CASE("the library draws the same numbers at the same position, and others elsewhere") {
  const RandomStream stream{42, 1, 0, 9};
  const auto draw = [](const RandomStream& place) {
    tensor::seed_library_draws(at::kCPU, place, 0.1);
    return at::rand({8});
  };
  const at::Tensor first = draw(stream);
  CHECK(at::equal(first, draw(stream)));
  CHECK_FALSE(at::equal(first, draw({42, 2, 0, 9})));
}

TEST_CASE("without dropout the generator's state does not change") {
  tensor::seed_library_draws(at::kCPU, {1, 1, 1, 1}, 0.1);
  const at::Tensor first = at::rand({8});
  tensor::seed_library_draws(at::kCPU, {1, 1, 1, 1}, 0.1);
  tensor::seed_library_draws(at::kCPU, {2, 2, 2, 2}, 0);
  CHECK(at::equal(first, at::rand({8})));
}

}  // namespace dropout_test
