#include "kernel/tile_product.h"

#include <ATen/native/CPUBlas.h>

#include <exception>
#include <vector>

#include "kernel/cpu.h"

namespace hone::kernel {

namespace {

namespace cpublas = at::native::cpublas;

template <typename T>
bool try_tile_product() {
  constexpr int64_t kSize = 32;
  const std::vector<T> a(kSize * kSize), b(kSize * kSize);
  std::vector<float> c(kSize * kSize);
  try {
    tile_product({kSize, kSize, kSize, kSize, kSize, kSize}, a.data(), b.data(), c.data(), false);
    end_tile_products();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

void tile_product(const TileShape& shape, const float* a, const float* b, float* c, bool accumulate) {
  cpublas::brgemm(shape.m, shape.n, shape.k, shape.a_stride, shape.b_stride, shape.c_stride, accumulate, a, b, c,
                  /*is_vnni=*/false);
}

void tile_product(const TileShape& shape, const BFloat16* a, const BFloat16* b, float* c, bool accumulate) {
  static_assert(sizeof(BFloat16) == sizeof(at::BFloat16));
  cpublas::brgemm(shape.m, shape.n, shape.k, shape.a_stride, shape.b_stride, shape.c_stride, accumulate,
                  reinterpret_cast<const at::BFloat16*>(a), reinterpret_cast<const at::BFloat16*>(b), c,
                  /*is_vnni=*/true);
}

void end_tile_products() { cpublas::brgemm_release(); }

template <>
bool has_tile_product<float>() {
  static const bool has = try_tile_product<float>();
  return has && cpu_level() > CpuLevel::kScalar;
}

template <>
bool has_tile_product<BFloat16>() {
  static const bool has = try_tile_product<BFloat16>();
  return has && has_native_bf16();
}

}  // namespace hone::kernel
