#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "expect_error.h"

using namespace hone;

TEST_CASE("every kind of error has its exit code") {
  CHECK(exit_code(ErrorKind::kUsage) == 2);
  CHECK(exit_code(ErrorKind::kInput) == 1);
  CHECK(exit_code(ErrorKind::kIo) == 1);
  CHECK(exit_code(ErrorKind::kUnsupported) == 1);
  CHECK(exit_code(ErrorKind::kInternal) == 70);
}

TEST_CASE("an error keeps message and hint") {
  const Error error(ErrorKind::kInput, "a.csv:3: no label", "give one");
  CHECK(std::string(error.what()) == "a.csv:3: no label");
  CHECK(error.hint() == "give one");
}

TEST_CASE("a failed internal check is a bug report") {
  CHECK_NOTHROW(check_internal(true, "x"));
  const Error error = expect_error([] { check_internal(false, "offsets are sorted"); });
  CHECK(error.kind() == ErrorKind::kInternal);
  CHECK(contains(error.what(), "offsets are sorted"));
}

TEST_CASE("system messages are the C library's") { CHECK(system_message(ENOSPC) == "No space left on device"); }
