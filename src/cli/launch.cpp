// The library lies in ../lib beside the program's folder. It is never unloaded: libtorch does not allow it.
#include "cli/launch.h"

#include <dlfcn.h>

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"

namespace hone::cli {

namespace {

constexpr const char* kReinstall = "build hone again with ./dev build";

std::filesystem::path library_path() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) throw Error(ErrorKind::kIo, fmt::format("cannot read /proc/self/exe: {}", failed.message()));
  return program.parent_path().parent_path() / "lib" / "libhone.so";
}

}  // namespace

int run_in_library(const std::string& command, const void* parsed) {
  void* library = dlopen(library_path().c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(ErrorKind::kIo, fmt::format("cannot load hone's library: {}", dlerror()), kReinstall);
  }
  const auto run = reinterpret_cast<int (*)(const char*, const void*)>(dlsym(library, "hone_run"));
  if (run == nullptr) {
    throw Error(ErrorKind::kIo, fmt::format("hone's library is not complete: {}", dlerror()), kReinstall);
  }
  return run(command.c_str(), parsed);
}

}  // namespace hone::cli
