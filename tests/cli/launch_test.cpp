#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"

namespace launch_test {

using namespace hone;

TEST_CASE("the error for a missing or wrong library names it, and help still works") {
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

TEST_CASE("commands on rows need neither libhone.so nor libtorch") {
  const TemporaryFolder folder;
  const std::filesystem::path built = std::filesystem::path(HONE_PROGRAM).parent_path().parent_path();
  for (const char* file : {"bin/hone", "lib/libhone_rows.so"}) {
    std::filesystem::create_directories((folder.path() / file).parent_path());
    std::filesystem::copy_file(built / file, folder.path() / file);
  }
  const std::string rows = folder.write("rows.csv", "text,label\ngood,1\n").string();
  const std::string command = "LD_DEBUG=libs " + (folder.path() / "bin/hone").string() + " data head " + rows;
  const ProcessResult head = run_shell(command);
  CHECK(head.exit_code == 0);
  CHECK(contains(head.output, "good"));
  CHECK(contains(head.error, "libarrow"));
  CHECK_FALSE(contains(head.error, "libtorch"));
}

// A copy of hone beside a library that only prints environment variables, each followed by a space, "-" if it is unset.
class PrintingHone {
 public:
  explicit PrintingHone(const std::string& quoted_names) {
    for (const char* name : {"bin", "lib"}) std::filesystem::create_directories(folder_.path() / name);
    std::filesystem::copy_file(HONE_PROGRAM, program());
    folder_.write("hone.cpp", R"(#include <cstdio>
#include <cstdlib>
#include <initializer_list>
extern "C" int hone_run(const char*, const void*, void*) {
  for (const char* name : {)" + quoted_names +
                                  R"(}) {
    const char* value = std::getenv(name);
    std::printf("%s ", value == nullptr ? "-" : value);
  }
  return 0;
})");
    const std::string library = (folder_.path() / "lib/libhone.so").string();
    REQUIRE(run_shell("c++ -shared -fPIC -o " + library + " " + (folder_.path() / "hone.cpp").string()).exit_code == 0);
  }

  // Returns its output with these settings, which have the form of env(1).
  std::string print(const std::string& settings) const {
    return run_shell("env " + settings + " " + program() + " devices").output;
  }

 private:
  std::string program() const { return (folder_.path() / "bin/hone").string(); }

  TemporaryFolder folder_;
};

TEST_CASE(
    "HONE_CPU also limits libtorch's matrix products to its level, unless the user sets libtorch's own variables") {
  const PrintingHone hone(R"("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS")");
  CHECK(hone.print("-u HONE_CPU") == "- - - ");
  CHECK(hone.print("HONE_CPU=scalar") == "default SSE41 SSE4_2 ");
  CHECK(hone.print("HONE_CPU=avx2") == "avx2 AVX2 AVX2 ");
  CHECK(hone.print("HONE_CPU=avx512") == "avx512 AVX512_CORE_BF16 AVX512_E3 ");
  CHECK(hone.print("HONE_CPU=avx2 ONEDNN_MAX_CPU_ISA=SSE41") == "avx2 SSE41 AVX2 ");
  CHECK(hone.print("HONE_CPU=amx") == "- - - ");
}

TEST_CASE("idle threads spin only briefly, unless the user sets it otherwise") {
  const PrintingHone hone(R"("GOMP_SPINCOUNT")");
  const std::string unset = "-u GOMP_SPINCOUNT -u OMP_WAIT_POLICY ";
  CHECK(hone.print(unset) == "3000 ");
  CHECK(hone.print(unset + "GOMP_SPINCOUNT=7") == "7 ");
  CHECK(hone.print(unset + "OMP_WAIT_POLICY=active") == "- ");
}

}  // namespace launch_test
