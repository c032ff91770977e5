// The libraries are in ../lib beside the program's folder. hone never unloads one, because libtorch does not support
// that.
#include "cli/launch.h"

#include <dlfcn.h>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/hints.h"

namespace hone::cli {

namespace {

constexpr const char* kReinstall = "build hone again with ./dev build";

// The settings that limit libtorch's own products to the level that HONE_CPU forces (kernel/cpu.h). "amx" sets no
// limit.
struct LibraryLevel {
  std::string_view name;
  const char* aten;
  const char* onednn;
  const char* mkl;
};
constexpr LibraryLevel kLibraryLevels[] = {
    {"scalar", "default", "SSE41", "SSE4_2"},
    {"avx2", "avx2", "AVX2", "AVX2"},
    {"avx512", "avx512", "AVX512_CORE_BF16", "AVX512_E3"},
};

// The libraries read these variables when they are loaded. Keeps variables that the user has set. kernel/cpu.h reports
// an unknown level later.
void force_library_level() {
  const char* const found = std::getenv("HONE_CPU");
  const std::string forced = found == nullptr ? "" : found;  // a copy: setenv may move the original
  for (const LibraryLevel& level : kLibraryLevels) {
    if (level.name != forced) continue;
    setenv("ATEN_CPU_CAPABILITY", level.aten, /*overwrite=*/0);
    setenv("ONEDNN_MAX_CPU_ISA", level.onednn, 0);
    setenv("MKL_ENABLE_INSTRUCTIONS", level.mkl, 0);
  }
}

// How often a thread of libgomp checks for work before it sleeps. By default it spins for milliseconds. If another
// program is busy too, spinning threads then take most of the time of the computing threads.
constexpr const char* kSpinCount = "3000";

// libgomp reads the variable when it is loaded. Keeps the user's setting.
void limit_spinning() {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    if (std::getenv(name) != nullptr) return;
  }
  setenv("GOMP_SPINCOUNT", kSpinCount, /*overwrite=*/0);
}

std::filesystem::path library_path(Library library) {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) throw Error(ErrorKind::kIo, fmt::format("cannot read /proc/self/exe: {}", failed.message()));
  return program.parent_path().parent_path() / "lib" / (library == kRows ? "libhone_rows.so" : "libhone.so");
}

}  // namespace

int run_in_library(Library library, const std::string& command, const void* parsed) {
  force_library_level();
  limit_spinning();
  void* loaded = dlopen(library_path(library).c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (loaded == nullptr) {
    throw Error(ErrorKind::kIo, fmt::format("cannot load hone's library: {}", dlerror()), kReinstall);
  }
  const auto run = reinterpret_cast<int (*)(const char*, const void*, HintFilter)>(dlsym(loaded, "hone_run"));
  if (run == nullptr) {
    throw Error(ErrorKind::kIo, fmt::format("hone's library is not complete: {}", dlerror()), kReinstall);
  }
  return run(command.c_str(), parsed, accepted_hint);
}

}  // namespace hone::cli
