#include "cli/watch.h"

#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("hone watch listens on this machine alone, says where, and ends when it is told to") {
  const TemporaryFolder folder;
  Process server(HONE_PROGRAM, {"watch", folder.path(), "--port", "0"});
  REQUIRE(server.wait_until([&] { return contains(server.error_so_far(), "there are no runs yet"); }));
  CHECK(contains(server.error_so_far(), "listening on http://127.0.0.1:"));
  server.send(SIGTERM);
  CHECK(server.wait(20).exit_code == 143);
}

TEST_CASE("hone watch without a folder, or with one that is not there, is wrong usage") {
  const ProcessResult none = run_hone({"watch"});
  CHECK(none.exit_code == 2);
  CHECK(contains(none.error, "hone watch needs RUN"));
  const ProcessResult wrong = run_hone({"watch", "/no/such/folder"});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.error, "there is no folder /no/such/folder"));
}

TEST_CASE("hone watch starts without libtorch") {
  const TemporaryFolder folder;
  Process server(HONE_PROGRAM, {"watch", folder.path(), "--port", "0"});
  REQUIRE(server.wait_until([&] { return contains(server.error_so_far(), "listening on "); }));
  const std::string maps = read_file("/proc/" + std::to_string(server.pid()) + "/maps");
  CHECK_FALSE(contains(maps, "libtorch"));
  CHECK_FALSE(contains(maps, "libhone"));
}
