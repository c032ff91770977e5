#include "tensor/packed_linear.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include "kernel/each_level.h"
#include "tensor/linear.h"

namespace packed_linear_test {

using namespace hone;

at::Tensor values(at::IntArrayRef sizes, double frequency) {
  return at::sin(at::arange(c10::multiply_integers(sizes), at::kDouble) * frequency).view(sizes).to(at::kFloat);
}

bool packs() { return tensor::takes_packed_weights(at::empty({1, 1})); }

// False with a message on processors without AVX-512.
bool packs_bfloat16() {
  const bool packs = tensor::takes_packed_weights(at::empty({1, 1}, at::kBFloat16));
  if (!packs) MESSAGE("skipped: this processor cannot pack bfloat16 weights");
  return packs;
}

TEST_CASE("weights are packed if they are on the CPU and need no gradients, except at the level scalar") {
  CHECK_FALSE(packs());
  const at::NoGradGuard no_gradients;
  CHECK_FALSE(tensor::takes_packed_weights(at::empty({1, 1}, at::kDouble)));
  kernel::for_each_level([] { CHECK(packs() == (kernel::cpu_level() != kernel::CpuLevel::kScalar)); });
}

TEST_CASE("weights stay plain while PlainWeights lives") {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = at::zeros({2, 3});
  const bool before = tensor::takes_packed_weights(x);
  {
    const tensor::PlainWeights plain;
    CHECK(tensor::weights_stay_plain());
    CHECK_FALSE(tensor::takes_packed_weights(x));
  }
  CHECK_FALSE(tensor::weights_stay_plain());
  CHECK(tensor::takes_packed_weights(x) == before);
}

TEST_CASE("a packed product equals the library's") {
  const at::NoGradGuard no_gradients;
  if (!packs()) return;
  tensor::PackedWeight weight;
  for (const auto& [in, out] : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {7, 3}, {32, 96}, {384, 1152}}) {
    const at::Tensor master = values({out, in}, 0.7), bias = values({out}, 1.3);
    for (const int64_t rows : {0, 1, 5, 33, 300, 1500}) {
      CAPTURE(rows);
      const at::Tensor x = values({rows, in}, 0.3), bias_before = bias.clone();
      const tensor::PackedWeight& packed = weight.in(master, at::kFloat, rows);
      CHECK(at::allclose(tensor::packed_linear(x, packed, bias), at::linear(x, master, bias), 1e-5, 1e-5));
      CHECK(at::allclose(tensor::packed_linear(x, packed, {}), at::linear(x, master), 1e-5, 1e-5));
      CHECK(at::equal(bias, bias_before));
    }
  }
}

TEST_CASE("the result keeps all leading dimensions") {
  const c10::InferenceMode no_gradients;
  if (!packs()) return;
  tensor::PackedWeight weight;
  const at::Tensor master = values({4, 8}, 0.7), x = values({2, 3, 8}, 0.3);
  CHECK(at::allclose(tensor::packed_linear(x, weight.in(master, at::kFloat, 0), {}), at::linear(x, master)));
}

TEST_CASE("for bfloat16 the fp32 weight is packed as bfloat16, and the bias is rounded") {
  const at::NoGradGuard no_gradients;
  if (!packs_bfloat16()) return;
  tensor::PackedWeight weight;
  const at::Tensor master = values({64, 32}, 0.7), bias = values({64}, 1.3);
  for (const int64_t rows : {0, 1, 8, 40, 63, 64, 70, 331, 1500}) {
    CAPTURE(rows);
    const at::Tensor x = values({rows, 32}, 0.3).to(at::kBFloat16);
    const at::Tensor result = tensor::packed_linear(x, weight.in(master, at::kBFloat16, 0), bias);
    const bool is_bfloat16 = result.scalar_type() == at::kBFloat16;
    CHECK(is_bfloat16);
    CHECK(result.sizes() == at::IntArrayRef({rows, 64}));
    const at::Tensor exact = at::linear(x.to(at::kFloat), master.to(at::kBFloat16).to(at::kFloat), bias);
    CHECK(at::allclose(result.to(at::kFloat), exact, 0.01, 0.02));
  }
}

TEST_CASE("a weight is packed again if its values, its type or its memory have changed") {
  const at::NoGradGuard no_gradients;
  if (!packs_bfloat16()) return;
  tensor::PackedWeight weight;
  const at::Tensor master = values({16, 16}, 0.7), x = values({3, 16}, 0.3);
  const at::Tensor before = tensor::packed_linear(x, weight.in(master, at::kFloat, tensor::version_of(master)), {});
  master.mul_(2);
  const at::Tensor after = tensor::packed_linear(x, weight.in(master, at::kFloat, tensor::version_of(master)), {});
  CHECK(at::allclose(after, 2 * before));
  const bool is_bfloat16 =
      weight.in(master, at::kBFloat16, tensor::version_of(master)).packed().scalar_type() == at::kBFloat16;
  CHECK(is_bfloat16);
  const at::Tensor other = -master;
  CHECK(at::allclose(tensor::packed_linear(x, weight.in(other, at::kFloat, tensor::version_of(master)), {}), -after));
}

}  // namespace packed_linear_test
