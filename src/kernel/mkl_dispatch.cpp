// bench/peers/recipe.py also compiles this file alone, so that the peers run with the same MKL code as hone.
#include "kernel/mkl_dispatch.h"

extern "C" {

// Weak: missing if libtorch was built without MKL, or is not loaded yet.
__attribute__((weak)) int mkl_serv_cpu_detect();
__attribute__((weak)) int mkl_vml_serv_cpu_detect();

int mkl_serv_intel_cpu_true() {
#if defined(__x86_64__)
  const bool has_vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has_vectors || __builtin_cpu_is("intel") ? 1 : 0;
#else
  return 0;
#endif
}
}

namespace {

// MKL looks at the processor in the first call of a function, and its vector functions (at::tanh, at::exp, ...) store
// two numbers one after the other: first the number of the processor, then that of the code for it. If two threads make
// the first call at once, one may read the first number and take other code, whose results differ in the last bits.
// The look at loading time, when there is one thread, is the first call.
[[maybe_unused]] const bool is_settled = [] {
  if (mkl_serv_cpu_detect) mkl_serv_cpu_detect();
  if (mkl_vml_serv_cpu_detect) mkl_vml_serv_cpu_detect();
  return true;
}();

}  // namespace
