#include "watch/bounded_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/files.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::watch;

TEST_CASE("a file is read from any position, and never beyond a limit or its end") {
  const TemporaryFolder folder;
  const auto file = BoundedFile::open(folder.write("a", "0123456789"));
  REQUIRE(file.has_value());
  CHECK(file->size() == 10);
  CHECK(file->read(0, 100) == "0123456789");
  CHECK(file->read(3, 4) == "3456");
  CHECK(file->read(9, 4) == "9");
  CHECK(file->read(10, 4).empty());
  CHECK(file->read(~uint64_t{0}, ~uint64_t{0}).empty());
  CHECK(file->modified_at() > 1.7e9);
}

TEST_CASE("only regular files are opened, and a pipe does not block the reader") {
  const TemporaryFolder folder;
  folder.write("file", "x");
  std::filesystem::create_symlink(folder.path() / "file", folder.path() / "link");
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  for (const char* name : {"link", "pipe", "nothing", "."}) {
    CAPTURE(name);
    CHECK_FALSE(BoundedFile::open(folder.path() / name).has_value());
  }
}

TEST_CASE("a file keeps its identity while it grows, and a file that replaces it has another") {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "one\n");
  const std::string identity = BoundedFile::open(path)->identity(), stamp = BoundedFile::open(path)->stamp();
  std::ofstream(path, std::ios::app) << "two\n";
  CHECK(BoundedFile::open(path)->identity() == identity);
  CHECK(BoundedFile::open(path)->stamp() != stamp);
  replace_file(path, "one\n");
  CHECK(BoundedFile::open(path)->identity() != identity);
}

TEST_CASE("a file that is too large is not read at all") {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "0123456789");
  CHECK(read_bounded(path, 10) == "0123456789");
  CHECK_FALSE(read_bounded(path, 9).has_value());
  CHECK_FALSE(read_bounded(folder.path() / "none", 9).has_value());
}
