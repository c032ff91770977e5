#include "tensor/storage_type.h"

#include <ATen/ops/ones.h>
#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;

TEST_CASE("each floating-point dtype has an element type and computes in float or double") {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kBFloat16}) {
    const at::Tensor x = at::ones({2}, dtype);
    size_t size = 0;
    tensor::for_storage_type(x, [&](auto value) { size = sizeof value; });
    CHECK(size == x.element_size());
    CHECK((tensor::computed_dtype(x) == (dtype == at::kDouble ? at::kDouble : at::kFloat)));
  }
}

TEST_CASE("a dtype without kernels is an internal error") {
  const Error error = expect_error([] { tensor::for_storage_type(at::ones({2}, at::kLong), [](auto) {}); });
  CHECK(error.kind() == ErrorKind::kInternal);
}

TEST_CASE("the elements of an undefined tensor are a null pointer") {
  CHECK(tensor::elements<float>(at::Tensor()) == nullptr);
  CHECK(tensor::mutable_elements<float>(at::Tensor()) == nullptr);
  const at::Tensor x = at::ones({2});
  CHECK(tensor::elements<float>(x) == x.const_data_ptr<float>());
  CHECK(tensor::mutable_elements<float>(x) == x.const_data_ptr<float>());
}
