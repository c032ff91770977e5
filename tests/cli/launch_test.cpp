#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("a missing or wrong library is named, and help still works") {
  const TemporaryFolder folder;
  const std::string program = (folder.path() / "bin/hone").string();
  std::filesystem::create_directories(folder.path() / "bin");
  std::filesystem::copy_file(HONE_PROGRAM, program);

  CHECK(Process(program, {"help"}).wait().exit_code == 0);
  const ProcessResult missing = Process(program, {"devices"}).wait();
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.error, "error: cannot load hone's library: " + folder.path().string() + "/lib/libhone.so"));
  CHECK(contains(missing.error, "hint: build hone again"));

  folder.write("lib/libhone.so", "not a library");
  CHECK(contains(Process(program, {"devices"}).wait().error, "error: cannot load hone's library: "));
}

TEST_CASE("HONE_CPU holds libtorch's products to its level too, but for what the user set") {
  const TemporaryFolder folder;
  const std::string program = (folder.path() / "bin/hone").string();
  std::filesystem::create_directories(folder.path() / "bin");
  std::filesystem::create_directories(folder.path() / "lib");
  std::filesystem::copy_file(HONE_PROGRAM, program);
  // A library that only says what it was started with.
  folder.write("hone.cpp", R"(#include <cstdio>
#include <cstdlib>
#include <initializer_list>
extern "C" int hone_run(const char*, const void*) {
  for (const char* name : {"ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS"}) {
    const char* value = std::getenv(name);
    std::printf("%s ", value == nullptr ? "-" : value);
  }
  return 0;
})");
  const std::string compile = "c++ -shared -fPIC -o " + (folder.path() / "lib/libhone.so").string() + " " +
                              (folder.path() / "hone.cpp").string();
  REQUIRE(run_shell(compile).exit_code == 0);
  CHECK(run_shell("env -u HONE_CPU " + program + " devices").output == "- - - ");
  CHECK(run_shell("HONE_CPU=scalar " + program + " devices").output == "default SSE41 SSE4_2 ");
  CHECK(run_shell("HONE_CPU=avx2 " + program + " devices").output == "avx2 AVX2 AVX2 ");
  CHECK(run_shell("HONE_CPU=avx512 " + program + " devices").output == "avx512 AVX512_CORE_BF16 AVX512_E3 ");
  CHECK(run_shell("HONE_CPU=avx2 ONEDNN_MAX_CPU_ISA=SSE41 " + program + " devices").output == "avx2 SSE41 AVX2 ");
  CHECK(run_shell("HONE_CPU=amx " + program + " devices").output == "- - - ");
}
