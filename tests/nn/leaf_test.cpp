#include "nn/leaf.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;

// The parity fixtures of ModernBERT compare the bits with torch's (tests/model/initialize_test.cpp).
TEST_CASE("a truncated normal draw stays within its cutoff, and keeps the draws that are within") {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(7);
  const at::Tensor plain = at::empty({4000}).normal_(0.0, 0.5, at::make_generator<at::CPUGeneratorImpl>(7));
  const at::Tensor drawn = at::empty({4000});
  nn::draw_truncated_normal(drawn, 0.5, 1.5, generator);
  CHECK(drawn.abs().max().item<float>() <= 0.75F);
  const at::Tensor is_inside = plain.abs() <= 0.75;
  CHECK(at::equal(drawn.masked_select(is_inside), plain.masked_select(is_inside)));
  // The deviation of Normal(0, 1) between -1.5 and 1.5 is 0.7438.
  CHECK(drawn.std().item<double>() == doctest::Approx(0.5 * 0.7438).epsilon(0.03));
}

TEST_CASE("a narrow cutoff is unsupported") {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(7);
  const Error error = expect_error([&] { nn::draw_truncated_normal(at::empty({4}), 0.5, 0.3, generator); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "truncated at 0.3 deviations"));
}
