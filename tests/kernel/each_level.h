// Runs a check at each level that this processor has (kernel/cpu.h).
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "kernel/cpu.h"

namespace hone::kernel {

template <typename Check>
void for_each_level_from(CpuLevel lowest, Check check) {
  const CpuLevel before = cpu_level();
  for (int level = static_cast<int>(lowest); level <= static_cast<int>(detected_cpu_level()); ++level) {
    set_cpu_level(static_cast<CpuLevel>(level));
    const std::string name(cpu_level_name(cpu_level()));
    INFO("HONE_CPU=", name);
    check();
  }
  set_cpu_level(before);
}

template <typename Check>
void for_each_level(Check check) {
  for_each_level_from(CpuLevel::kScalar, check);
}

// Runs a check at all levels except scalar, for code that exists only in vector form.
template <typename Check>
void for_each_vector_level(Check check) {
  for_each_level_from(CpuLevel::kAvx2, check);
}

}  // namespace hone::kernel
