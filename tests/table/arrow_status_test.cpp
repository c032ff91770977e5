// How Arrow's errors become hone's, tested through the readers.
#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/decompress.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

TEST_CASE("an error of the system is an io error with the path") {
  const Error error = expect_error([] { open_bytes("/nowhere/a.txt", Compression::kNone); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(std::string_view(error.what()).starts_with("/nowhere/a.txt: "));
}

TEST_CASE("a fault in a file is an input error with the path") {
  const TemporaryFolder folder;
  const auto path = folder.write("a.parquet", "no parquet at all");
  const Error error = expect_error([&] { read_rows(path); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string_view(error.what()).starts_with(path.string() + ": "));
}
