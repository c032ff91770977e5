#include "base/folder_lock.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("a folder is locked once, until its descriptor is closed") {
  const TemporaryFolder folder;
  Descriptor lock = lock_folder(folder.path(), "writing to", "--output");
  const Error error = expect_error([&] { lock_folder(folder.path(), "reading", "--input"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == "another process is reading " + folder.path().string());
  CHECK(error.hint() == "wait for it, or give another --input");
  CHECK(lock.close() == 0);
  CHECK(lock_folder(folder.path(), "writing to", "--output").is_open());
}

TEST_CASE("a folder that is not there cannot be locked") {
  const TemporaryFolder folder;
  CHECK(expect_error([&] { lock_folder(folder.path() / "none", "writing to", "--output"); }).kind() == ErrorKind::kIo);
}
