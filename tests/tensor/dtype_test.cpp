#include "tensor/dtype.h"

#include <doctest/doctest.h>

#include <string>

#include "expect_error.h"

using namespace hone;

TEST_CASE("element types have safetensors' names") {
  CHECK((tensor::dtype_of_name("F32") == at::kFloat));
  CHECK((tensor::dtype_of_name("BF16") == at::kBFloat16));
  for (const char* name : {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "U16", "U32", "U64",
                           "F8_E4M3", "F8_E5M2", "C64"}) {
    CHECK(std::string(tensor::dtype_name(tensor::dtype_of_name(name))) == name);
  }
}

TEST_CASE("the error for an unknown element type lists the known ones") {
  const Error error = expect_error([] { tensor::dtype_of_name("F33"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "unknown tensor type \"F33\""));
  CHECK(contains(error.hint(), "F32"));
  CHECK(contains(expect_error([] { tensor::dtype_name(at::ScalarType::QInt8); }).what(),
                 "safetensors files do not support"));
}
