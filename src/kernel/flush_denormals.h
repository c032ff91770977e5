// While an object of this class lives, the calling thread treats numbers below 1.2e-38 (denormals) as 0. Arithmetic
// with denormals is up to a hundred times slower on some processors, and Adam's moments of rows without gradients decay
// to them.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace hone::kernel {

class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero); }
  ~FlushDenormals() { _mm_setcsr(before_); }
#else
  FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

#if defined(__x86_64__)
 private:
  static constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;  // bits of MXCSR
  unsigned before_;
#endif
};

}  // namespace hone::kernel
