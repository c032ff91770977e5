#include "table/temporary_file.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("a temporary file has no name, and can be read through its path") {
  const TemporaryFolder folder;
  TemporaryFile file(folder.path());
  file.write("one ");
  file.write("two");
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(read_file(file.path()) == "one two");
}

TEST_CASE("a folder that cannot be written is an error with a hint") {
  const Error error = expect_error([] { TemporaryFile file("/nowhere"); });
  CHECK(std::string(error.what()) == "cannot write a temporary file in /nowhere: No such file or directory");
  CHECK(contains(error.hint(), "TMPDIR"));
}
