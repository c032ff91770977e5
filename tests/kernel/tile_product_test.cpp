#include "kernel/tile_product.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

// c = a b in double; the values of a and b are periodic.
struct Operands {
  Operands(int64_t m, int64_t n, int64_t k) : shape{m, n, k, k, n, n} {
    for (int64_t i = 0; i < m * k; ++i) a.push_back(static_cast<float>(i % 13 - 6));
    for (int64_t i = 0; i < k * n; ++i) b.push_back(static_cast<float>(i % 7 - 3) / 2);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t l = 0; l < k; ++l)
          sum += double{a[static_cast<size_t>(i * k + l)]} * b[static_cast<size_t>(l * n + j)];
        c.push_back(static_cast<float>(sum));
      }
    }
  }
  TileShape shape;
  std::vector<float> a, b, c;
};

TEST_CASE("a tile product is the sum of products, and accumulates on request") {
  for_each_vector_level([] {
    REQUIRE(has_tile_product<float>());
    for (const auto& [m, n, k] : std::vector<std::array<int64_t, 3>>{{16, 16, 32}, {48, 64, 80}, {32, 16, 256}}) {
      const Operands operands(m, n, k);
      std::vector<float> c(operands.c.size(), 1000);
      tile_product(operands.shape, operands.a.data(), operands.b.data(), c.data(), false);
      CHECK(c == operands.c);  // small whole numbers: exact
      tile_product(operands.shape, operands.a.data(), operands.b.data(), c.data(), true);
      for (size_t i = 0; i < c.size(); ++i) CHECK(c[i] == 2 * operands.c[i]);
    }
  });
}

TEST_CASE("a tile product of bfloat16 reads interleaved pairs of rows") {
  for_each_vector_level([] {
    if (!has_native_bf16()) return;
    REQUIRE(has_tile_product<BFloat16>());
    const Operands operands(32, 32, 64);
    std::vector<BFloat16> a, pairs(operands.b.size());
    for (const float value : operands.a) a.push_back(to_bfloat16(value));
    for (int64_t l = 0; l < 64; ++l) {
      for (int64_t j = 0; j < 32; ++j) {
        pairs[static_cast<size_t>(l / 2 * 64 + 2 * j + l % 2)] =
            to_bfloat16(operands.b[static_cast<size_t>(l * 32 + j)]);
      }
    }
    std::vector<float> c(operands.c.size());
    tile_product(operands.shape, a.data(), pairs.data(), c.data(), false);
    end_tile_products();
    CHECK(c == operands.c);
  });
}

TEST_CASE("plain C++ has no tile products") {
  const CpuLevel before = cpu_level();
  set_cpu_level(CpuLevel::kScalar);
  CHECK_FALSE(has_tile_product<float>());
  CHECK_FALSE(has_tile_product<BFloat16>());
  set_cpu_level(before);
}

}  // namespace
}  // namespace hone::kernel
