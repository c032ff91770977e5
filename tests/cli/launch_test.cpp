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
