#include "http/browser.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "temporary_folder.h"

using namespace hone;

namespace {

// PATH while it lives.
class SearchPath {
 public:
  explicit SearchPath(const std::string& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
  ~SearchPath() { setenv("PATH", before_.c_str(), 1); }
  SearchPath(const SearchPath&) = delete;
  SearchPath& operator=(const SearchPath&) = delete;

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("the desktop is asked to open the address, which is never read as a command") {
  const TemporaryFolder folder;
  const auto opened = folder.path() / "opened";
  const auto program = folder.write("xdg-open", "#!/bin/sh\nprintf %s \"$1\" >" + opened.string() + ".new\n/bin/mv " +
                                                    opened.string() + ".new " + opened.string() + "\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const SearchPath only(folder.path().string());
  const std::string url = "http://127.0.0.1:8000/\"; exit 3; $(exit 4)";
  CHECK(http::open_browser(url));
  for (int i = 0; i < 500 && !std::filesystem::exists(opened); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(read_file(opened) == url);
}

TEST_CASE("where no desktop can be asked, that is said") {
  const TemporaryFolder empty;
  const SearchPath only(empty.path().string());
  CHECK_FALSE(http::open_browser("http://127.0.0.1:8000"));
}
