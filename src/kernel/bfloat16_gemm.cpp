// cblas_gemm_bf16bf16f32 of MKL's developer reference. libtorch exports it, but ships no header for it.
#include "kernel/bfloat16_gemm.h"

#include <vector>

#include "kernel/cpu.h"

extern "C" {
// Weak: missing if libtorch was built without MKL.
__attribute__((weak)) void cblas_gemm_bf16bf16f32(int layout, int a_transposed, int b_transposed, int m, int n, int k,
                                                  float alpha, const uint16_t* a, int a_stride, const uint16_t* b,
                                                  int b_stride, float beta, float* c, int c_stride);
}

namespace hone::kernel {

namespace {

constexpr int kRowMajor = 101, kNotTransposed = 111, kTransposed = 112;

// Small whole numbers: exact in bfloat16, and their sums in fp32 in any order.
std::vector<BFloat16> whole_numbers(int64_t count, int step) {
  std::vector<BFloat16> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = to_bfloat16(static_cast<float>(static_cast<int>(i) * step % 13 - 6));
  return numbers;
}

bool try_bfloat16_gemm() {
  if (!cblas_gemm_bf16bf16f32) return false;
  constexpr int64_t kM = 24, kN = 40, kK = 37;
  const std::vector<BFloat16> a = whole_numbers(kK * kM, 5), b = whole_numbers(kK * kN, 7);
  std::vector<float> c(kM * kN);
  bfloat16_transposed_product(a.data(), b.data(), c.data(), kM, kN, kK);
  for (int64_t m = 0; m < kM; ++m) {
    for (int64_t n = 0; n < kN; ++n) {
      float sum = 0;
      for (int64_t k = 0; k < kK; ++k) {
        sum += to_float(a[static_cast<size_t>(k * kM + m)]) * to_float(b[static_cast<size_t>(k * kN + n)]);
      }
      if (sum != c[static_cast<size_t>(m * kN + n)]) return false;
    }
  }
  return true;
}

}  // namespace

bool has_bfloat16_gemm() {
  static const bool has = try_bfloat16_gemm();
  return has && has_native_bf16();
}

void bfloat16_transposed_product(const BFloat16* a, const BFloat16* b, float* c, int64_t m, int64_t n, int64_t k) {
  static_assert(sizeof(BFloat16) == sizeof(uint16_t));
  cblas_gemm_bf16bf16f32(kRowMajor, kTransposed, kNotTransposed, static_cast<int>(m), static_cast<int>(n),
                         static_cast<int>(k), 1.0F, reinterpret_cast<const uint16_t*>(a), static_cast<int>(m),
                         reinterpret_cast<const uint16_t*>(b), static_cast<int>(n), 0.0F, c, static_cast<int>(n));
}

}  // namespace hone::kernel
