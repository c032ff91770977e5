#include "tensor/stored_tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"

namespace stored_tensor_test {

using namespace hone;
using tensor::StoredTensor;

std::string_view bytes_of(const at::Tensor& t) { return {static_cast<const char*>(t.const_data_ptr()), t.nbytes()}; }

StoredTensor stored(const at::Tensor& t) { return {"w", t.scalar_type(), t.sizes().vec(), {}, bytes_of(t)}; }

TEST_CASE("stored tensors of every floating-point type are copied as float32") {
  const at::Tensor values = at::tensor({1.0, -2.5, 0.0, 1024.0}).view({2, 2});
  for (const at::ScalarType dtype : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
    const at::Tensor source = values.to(dtype);
    at::Tensor target = at::zeros({2, 2});
    tensor::copy_into(stored(source), target);
    CHECK(at::equal(target, values.to(at::kFloat)));
  }
}

TEST_CASE("a stored tensor may be unaligned and strided") {
  const at::Tensor source = at::arange(6, at::kFloat);
  std::string shifted = "x" + std::string(bytes_of(source));
  const std::string_view bytes = std::string_view(shifted).substr(1);
  at::Tensor target = at::zeros({3, 2});
  tensor::copy_into({"w", at::kFloat, {3, 2}, {}, bytes}, target);
  CHECK(at::equal(target, source.view({3, 2})));
  tensor::copy_into({"w", at::kFloat, {3, 2}, {1, 3}, bytes}, target);
  CHECK(at::equal(target, source.view({2, 3}).t()));
  CHECK(at::equal(tensor::read_tensor({"w", at::kFloat, {3, 2}, {}, bytes}), source.view({3, 2})));
  CHECK(at::equal(tensor::read_tensor({"w", at::kFloat, {3, 2}, {1, 3}, bytes}), source.view({2, 3}).t()));
}

TEST_CASE("a large tensor is converted part by part, and each part is used once") {
  const at::Tensor source = at::arange(3000 * 1001, at::kDouble).view({3000, 1001});
  const at::Tensor target = at::zeros({3000, 1001});
  size_t num_parts = 0, num_bytes = 0;
  tensor::copy_into(stored(source), target, [&](std::string_view bytes) {
    ++num_parts;
    num_bytes += bytes.size();
  });
  CHECK(at::equal(target, source.to(at::kFloat)));
  CHECK(num_parts > 1);
  CHECK(num_bytes == source.nbytes());
}

TEST_CASE("values are compared as float32, in parts and with strides") {
  at::Tensor a = at::arange(2000 * 1001, at::kFloat).view({2000, 1001}), b = a.to(at::kDouble);
  CHECK(tensor::have_equal_values(stored(a), stored(b)));
  CHECK_FALSE(tensor::have_equal_values(stored(a), stored(a.view({1001, 2000}))));
  b[1999][1000] += 1;
  CHECK_FALSE(tensor::have_equal_values(stored(a), stored(b)));
  const at::Tensor transposed = a.t().contiguous();
  CHECK(tensor::have_equal_values(stored(a), {"w", at::kFloat, {2000, 1001}, {1, 2000}, bytes_of(transposed)}));
  const at::Tensor scalar = at::tensor(3.0), same = scalar.clone();
  CHECK(tensor::have_equal_values(stored(scalar), stored(same)));
}

TEST_CASE("a copy changes the version of the target, by which a module finds that what it keeps is outdated") {
  const at::Tensor source = at::arange(2, at::kFloat), target = at::zeros({2});
  const auto before = target._version();
  tensor::copy_into(stored(source), target);
  CHECK(target._version() > before);
}

TEST_CASE("an empty tensor is copied") {
  at::Tensor target = at::zeros({0, 3});
  CHECK_NOTHROW(tensor::copy_into({"w", at::kFloat, {0, 3}, {}, {}}, target));
}

TEST_CASE("an integer tensor is not accepted as a weight") {
  const at::Tensor source = at::arange(2);
  const Error error = expect_error([&] { tensor::copy_into(stored(source), at::zeros({2})); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "tensor \"w\" has the type I64"));
}

TEST_CASE("shapes are printed as lists") {
  CHECK(tensor::shape_text({384, 1536}) == "[384, 1536]");
  CHECK(tensor::shape_text({}) == "[]");
}

}  // namespace stored_tensor_test
