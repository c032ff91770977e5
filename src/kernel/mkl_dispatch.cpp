// Compiled by bench/peers/recipe.py by itself too, so that the limit of the benches is the one that hone has.
#include "kernel/mkl_dispatch.h"

extern "C" int mkl_serv_intel_cpu_true() {
#if defined(__x86_64__)
  const bool has_vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has_vectors || __builtin_cpu_is("intel") ? 1 : 0;
#else
  return 0;
#endif
}
