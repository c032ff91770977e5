#include "base/writable_map.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace writable_map_test {

using namespace hone;

TEST_CASE("memory begins with zeros, can be written and be empty") {
  WritableMap map = WritableMap::in_memory(10'000);
  CHECK(std::ranges::count(map.bytes(), std::byte{0}) == 10'000);
  map.bytes()[9'999] = std::byte{7};
  map.sync();
  const WritableMap moved = std::move(map);
  CHECK(moved.bytes()[9'999] == std::byte{7});
  CHECK(WritableMap::in_memory(0).bytes().empty());
}

TEST_CASE("a file keeps what was written, and gets the wanted size") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "values";
  {
    const WritableMap map = WritableMap::in_file(path, 5);
    std::ranges::fill(map.bytes(), std::byte{'x'});
    map.sync();
  }
  CHECK(read_file(path) == "xxxxx");
  const WritableMap longer = WritableMap::in_file(path, 7);
  CHECK(longer.bytes()[4] == std::byte{'x'});
  CHECK(longer.bytes()[6] == std::byte{0});
  CHECK(WritableMap::in_file(path, 0).bytes().empty());
}

TEST_CASE("a file that cannot be made is an error, and leaves no file") {
  const TemporaryFolder folder;
  const Error missing = expect_error([&] { WritableMap::in_file(folder.path() / "none" / "values", 5); });
  CHECK(missing.kind() == ErrorKind::kIo);
  CHECK(contains(missing.what(), "cannot make"));
  // As a disk without the space.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const auto path = folder.path() / "large";
  const Error full = expect_error([&] { WritableMap::in_file(path, 1 << 20); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(full.kind() == ErrorKind::kIo);
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace writable_map_test
