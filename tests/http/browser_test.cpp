#include "http/browser.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "temporary_folder.h"

namespace browser_test {

using namespace hone;

// Sets PATH to another folder for its lifetime.
class PathFolder {
 public:
  explicit PathFolder(const std::string& folder) : before_(std::getenv("PATH")) { setenv("PATH", folder.c_str(), 1); }
  ~PathFolder() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

TEST_CASE("the desktop's program is started with the address as its only argument") {
  const TemporaryFolder folder;
  const auto seen = folder.path() / "seen";
  const auto program = folder.write("xdg-open", "#!/bin/sh\necho \"$#:$1\" > '" + seen.string() + ".new'\n/bin/mv '" +
                                                    seen.string() + ".new' '" + seen.string() + "'\n");
  chmod(program.c_str(), 0755);
  const PathFolder path(folder.path().string());
  http::open_in_browser("http://127.0.0.1:8000/?a=1&b=$(2)");
  for (int waited = 0; waited < 500 && !std::filesystem::exists(seen); ++waited) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(read_file(seen) == "1:http://127.0.0.1:8000/?a=1&b=$(2)\n");
}

TEST_CASE("without a desktop there is only a warning") {
  const TemporaryFolder folder;
  const PathFolder path(folder.path().string());
  CHECK_NOTHROW(http::open_in_browser("http://127.0.0.1:8000"));
}

}  // namespace browser_test
