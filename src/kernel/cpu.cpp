// Detection by CPUID; Highway's AVX3 is F, BW, CD, DQ and VL of AVX-512.
#include "kernel/cpu.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/names.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace hone::kernel {

namespace {

struct LevelName {
  std::string_view name;
  CpuLevel level;
};
constexpr LevelName kLevels[] = {
    {"scalar", CpuLevel::kScalar}, {"avx2", CpuLevel::kAvx2}, {"avx512", CpuLevel::kAvx512}, {"amx", CpuLevel::kAmx}};

// cpu_level_name reads the array by the number of the level.
consteval bool levels_are_in_order() {
  size_t position = 0;
  for (const LevelName& row : kLevels) {
    if (row.level != static_cast<CpuLevel>(position++)) return false;
  }
  return true;
}
static_assert(levels_are_in_order());

#if defined(__x86_64__)

// CPUID leaf 7: the bits for which __builtin_cpu_supports of g++ 12 has no names.
bool has_amx_bf16() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (edx >> 22 & 1) != 0 && (edx >> 24 & 1) != 0;  // AMX-BF16 and AMX-TILE
}

CpuLevel detect() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CpuLevel::kScalar;
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vl");
  if (!has_avx512) return CpuLevel::kAvx2;
  return has_amx_bf16() ? CpuLevel::kAmx : CpuLevel::kAvx512;
}

bool has_avx512_bf16() { return __builtin_cpu_supports("avx512bf16") != 0; }

#else

CpuLevel detect() { return CpuLevel::kScalar; }
bool has_avx512_bf16() { return false; }

#endif

void check_has(CpuLevel level) {
  if (level <= detected_cpu_level()) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("this processor has no {}: its best level is {}", cpu_level_name(level),
                          cpu_level_name(detected_cpu_level())),
              "set HONE_CPU to that level or a lower one, or unset it");
}

CpuLevel chosen() {
  const char* forced = std::getenv("HONE_CPU");
  if (forced == nullptr || *forced == '\0') return detected_cpu_level();
  const CpuLevel level = find_row(kLevels, "HONE_CPU", forced).level;
  check_has(level);
  return level;
}

std::atomic<CpuLevel>& level_in_use() {
  static std::atomic<CpuLevel> level = chosen();
  return level;
}

}  // namespace

CpuLevel detected_cpu_level() {
  static const CpuLevel level = detect();
  return level;
}

CpuLevel cpu_level() { return level_in_use().load(std::memory_order_relaxed); }

bool has_native_bf16() {
  static const bool has_avx512 = has_avx512_bf16();
  return cpu_level() == CpuLevel::kAmx || (cpu_level() == CpuLevel::kAvx512 && has_avx512);
}

std::string_view cpu_level_name(CpuLevel level) { return kLevels[static_cast<size_t>(level)].name; }

void set_cpu_level(CpuLevel level) {
  check_has(level);
  level_in_use() = level;
}

}  // namespace hone::kernel
