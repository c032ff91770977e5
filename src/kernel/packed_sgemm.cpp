// MKL's packed products (cblas_?gemm_pack and cblas_?gemm_compute of its developer reference). libtorch exports them,
// but ships no header for them. A packed B works for any number of rows.
#include "kernel/packed_sgemm.h"

#include <cstdlib>
#include <memory>
#include <vector>

#include "kernel/cpu.h"

extern "C" {
// Weak: missing if libtorch was built without MKL.
__attribute__((weak)) size_t cblas_sgemm_pack_get_size(int identifier, int m, int n, int k);
__attribute__((weak)) void cblas_sgemm_pack(int layout, int identifier, int transposed, int m, int n, int k,
                                            float alpha, const float* from, int stride, float* to);
__attribute__((weak)) void cblas_sgemm_compute(int layout, int a_transposed, int b_transposed, int m, int n, int k,
                                               const float* a, int a_stride, const float* b, int b_stride, float beta,
                                               float* c, int c_stride);
}

namespace hone::kernel {

namespace {

constexpr int kRowMajor = 101, kNotTransposed = 111, kTransposed = 112, kPacked = 151, kMatrixB = 162;
constexpr int kUsualRows = 256;  // given to MKL when it packs; other numbers work too

bool is_right(int64_t rows, const std::vector<float>& weight, int64_t out, int64_t in, const void* packed) {
  std::vector<float> x(static_cast<size_t>(rows * in)), y(static_cast<size_t>(rows * out), 1.0F);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(static_cast<int>(i * 7 % 13) - 6);
  packed_sgemm(x.data(), rows, packed, out, in, y.data(), true);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t o = 0; o < out; ++o) {
      float sum = 1;  // of small whole numbers: exact in any order
      for (int64_t i = 0; i < in; ++i) {
        sum += x[static_cast<size_t>(row * in + i)] * weight[static_cast<size_t>(o * in + i)];
      }
      if (sum != y[static_cast<size_t>(row * out + o)]) return false;
    }
  }
  return true;
}

bool try_packed_sgemm() {
  if (!cblas_sgemm_pack_get_size || !cblas_sgemm_pack || !cblas_sgemm_compute) return false;
  constexpr int64_t kOut = 40, kIn = 72;
  std::vector<float> weight(kOut * kIn);
  for (size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(static_cast<int>(i * 5 % 11) - 5);
  const size_t bytes = (packed_sgemm_bytes(kOut, kIn) + 63) / 64 * 64;
  const std::unique_ptr<void, decltype(&std::free)> packed(std::aligned_alloc(64, bytes), &std::free);
  if (!packed) return false;
  pack_sgemm_weight(weight.data(), kOut, kIn, packed.get());
  for (const int64_t rows : {1, 2, 15, 16, 33, 300}) {
    if (!is_right(rows, weight, kOut, kIn, packed.get())) return false;
  }
  return true;
}

}  // namespace

bool has_packed_sgemm() {
  static const bool has = try_packed_sgemm();
  return has && cpu_level() > CpuLevel::kScalar;
}

size_t packed_sgemm_bytes(int64_t out, int64_t in) {
  return cblas_sgemm_pack_get_size(kMatrixB, kUsualRows, static_cast<int>(out), static_cast<int>(in));
}

void pack_sgemm_weight(const float* weight, int64_t out, int64_t in, void* to) {
  cblas_sgemm_pack(kRowMajor, kMatrixB, kTransposed, kUsualRows, static_cast<int>(out), static_cast<int>(in), 1.0F,
                   weight, static_cast<int>(in), static_cast<float*>(to));
}

void packed_sgemm(const float* x, int64_t rows, const void* packed, int64_t out, int64_t in, float* y,
                  bool accumulate) {
  if (rows == 0) return;
  cblas_sgemm_compute(kRowMajor, kNotTransposed, kPacked, static_cast<int>(rows), static_cast<int>(out),
                      static_cast<int>(in), x, static_cast<int>(in), static_cast<const float*>(packed),
                      static_cast<int>(in), accumulate ? 1.0F : 0.0F, y, static_cast<int>(out));
}

}  // namespace hone::kernel
