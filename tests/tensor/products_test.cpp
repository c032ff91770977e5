#include "tensor/products.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include "tensor/packed_linear.h"

namespace products_test {

using namespace hone;

at::Tensor values(at::IntArrayRef sizes, double frequency, at::ScalarType type = at::kFloat) {
  const int64_t count = c10::multiply_integers(sizes);
  return at::sin(at::arange(count, at::kDouble) * frequency).view(sizes).to(type);
}

TEST_CASE("products of rows equal those in double, for any number of rows") {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
    const double tolerance = type == at::kBFloat16 ? 1e-2 : 1e-5;
    for (const int64_t rows : {0, 1, 7, 64, 75, 1100}) {
      const at::Tensor x = values({rows, 32}, 0.3, type), weight = values({16, 32}, 0.7, type);
      const at::Tensor bias = values({16}, 1.3, type);
      const at::Tensor exact = at::mm(x.to(at::kDouble), weight.to(at::kDouble).t());
      const auto is_near = [&](const at::Tensor& got, const at::Tensor& expected) {
        return got.scalar_type() == type && at::allclose(got.to(at::kDouble), expected, tolerance, tolerance);
      };
      CHECK(is_near(tensor::rows_product(x, weight.t()), exact));
      CHECK(is_near(tensor::linear_product(x, weight, {}), exact));
      CHECK(is_near(tensor::linear_product(x, weight, bias), exact + bias.to(at::kDouble)));
    }
  }
}

TEST_CASE("with plain weights, few rows give the same result alone as together") {
  const tensor::PlainWeights plain;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
    const double tolerance = type == at::kBFloat16 ? 1e-2 : 1e-5;
    const at::Tensor weight = values({16, 40}, 0.7, type), bias = values({16}, 1.3, type);
    for (const int64_t rows : {0, 1, 5, 32, 33, 200, 256, 700}) {
      CAPTURE(rows);
      const at::Tensor x = values({rows, 40}, 0.3, type);
      const at::Tensor exact = at::mm(x.to(at::kDouble), weight.to(at::kDouble).t()) + bias.to(at::kDouble);
      const at::Tensor all = tensor::linear_product(x, weight, bias);
      CHECK((all.scalar_type() == type));
      CHECK(at::allclose(all.to(at::kDouble), exact, tolerance, tolerance));
      if (rows > 32 || type == at::kDouble) continue;
      for (int64_t row = 0; row < rows; ++row) {
        CHECK(tensor::linear_product(x.narrow(0, row, 1), weight, bias).equal(all.narrow(0, row, 1)));
      }
    }
  }
}

TEST_CASE("a weight's gradient equals that in double, for any number of rows, also from a transposed copy") {
  for (const int64_t rows : {0, 1, 37, 255, 256, 257, 512, 1100}) {
    CAPTURE(rows);
    const at::Tensor gradient = values({rows, 24}, 0.3, at::kBFloat16), x = values({rows, 16}, 0.7, at::kBFloat16);
    const at::Tensor exact = at::mm(gradient.to(at::kDouble).t(), x.to(at::kDouble));
    const auto is_near = [&](const at::Tensor& got) {
      return got.sizes() == exact.sizes() && at::allclose(got.to(at::kDouble), exact, 1e-2, 4e-2);
    };
    CHECK(is_near(tensor::weight_gradient(gradient, x, true)));
    CHECK(is_near(tensor::weight_gradient(gradient, x, false)));
    CHECK(is_near(tensor::weight_gradient(gradient, x)));
  }
}

}  // namespace products_test
