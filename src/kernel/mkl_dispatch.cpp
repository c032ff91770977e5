// bench/peers/recipe.py also compiles this file alone, so that the peers run with the same MKL code as hone.
#include "kernel/mkl_dispatch.h"

extern "C" int mkl_serv_intel_cpu_true() {
#if defined(__x86_64__)
  const bool has_vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has_vectors || __builtin_cpu_is("intel") ? 1 : 0;
#else
  return 0;
#endif
}
