// The instruction set that the kernels use: the processor's best, or the one that HONE_CPU names.
#pragma once

#include <string_view>

namespace hone::kernel {

// Each level includes the previous ones. kScalar is plain C++, the reference with which tests compare the others.
enum class CpuLevel { kScalar, kAvx2, kAvx512, kAmx };

// Returns the level in use. Errors: kUsage if HONE_CPU is not the name of a level, kUnsupported if the processor lacks
// it.
CpuLevel cpu_level();

// Returns the best level of this processor, regardless of HONE_CPU.
CpuLevel detected_cpu_level();

// Returns true if the level in use has instructions for bf16 products (AVX-512 BF16, AMX).
bool has_native_bf16();

std::string_view cpu_level_name(CpuLevel level);  // as in HONE_CPU: "scalar", "avx2", "avx512", "amx"

// For tests and benchmarks: sets the level in use. Errors: kUnsupported if the processor lacks it.
void set_cpu_level(CpuLevel level);

// Returns the compiled form of a function for the level in use (never called at kScalar).
template <typename Function>
Function* for_cpu_level(Function* avx2, Function* avx512) {
  return cpu_level() >= CpuLevel::kAvx512 ? avx512 : avx2;
}

}  // namespace hone::kernel

// HONE_KERNEL(f)(arguments): calls f of the namespace that Highway compiled for the level in use.
#define HONE_KERNEL(function) ::hone::kernel::for_cpu_level(&N_AVX2::function, &N_AVX3::function)
