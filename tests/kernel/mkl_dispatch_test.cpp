#include "kernel/mkl_dispatch.h"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include "kernel/cpu.h"

namespace hone::kernel {
namespace {

// Returns the symbol that the dynamic linker finds first, which is the one that libtorch calls.
void* found_symbol() { return dlsym(RTLD_DEFAULT, "mkl_serv_intel_cpu_true"); }

TEST_CASE("MKL calls hone's function instead of its own") {
  REQUIRE(found_symbol() != nullptr);
  CHECK(found_symbol() == reinterpret_cast<void*>(&mkl_serv_intel_cpu_true));
  Dl_info place{}, libtorch{};
  REQUIRE(dladdr(found_symbol(), &place) != 0);
  REQUIRE(dladdr(dlsym(RTLD_DEFAULT, "sgemm_"), &libtorch) != 0);
  CHECK(place.dli_fbase != libtorch.dli_fbase);
}

TEST_CASE("MKL may use the processor's instructions from AVX2 on") {
  if (detected_cpu_level() >= CpuLevel::kAvx2) CHECK(mkl_serv_intel_cpu_true() == 1);
}

}  // namespace
}  // namespace hone::kernel
