#include "kernel/cpu.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace hone::kernel {
namespace {

TEST_CASE("the current level is one of the processor's, and can be set to each of them") {
  const CpuLevel before = cpu_level();
  CHECK(before <= detected_cpu_level());
  for (int level = 0; level <= static_cast<int>(detected_cpu_level()); ++level) {
    set_cpu_level(static_cast<CpuLevel>(level));
    CHECK(cpu_level() == static_cast<CpuLevel>(level));
  }
  set_cpu_level(before);
}

TEST_CASE("native bf16 needs AVX-512") {
  const CpuLevel before = cpu_level();
  set_cpu_level(CpuLevel::kScalar);
  CHECK_FALSE(has_native_bf16());
  set_cpu_level(before);
}

TEST_CASE("a level that the processor lacks is an error that names both") {
  if (detected_cpu_level() == CpuLevel::kAmx) return;  // the processor has every level
  const Error error = expect_error([] { set_cpu_level(CpuLevel::kAmx); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "no amx: its best level is"));
}

TEST_CASE("levels have the names that HONE_CPU uses") {
  CHECK(cpu_level_name(CpuLevel::kScalar) == "scalar");
  CHECK(cpu_level_name(CpuLevel::kAvx2) == "avx2");
  CHECK(cpu_level_name(CpuLevel::kAvx512) == "avx512");
  CHECK(cpu_level_name(CpuLevel::kAmx) == "amx");
}

}  // namespace
}  // namespace hone::kernel
