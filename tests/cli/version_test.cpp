#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("the version names hone, its libraries and the processor") {
  const ProcessResult result = run_hone({"--version"});
  CHECK(result.exit_code == 0);
  CHECK(result.output.starts_with("hone 0."));
  CHECK(contains(result.output, "\nlibtorch 2."));
  CHECK(contains(result.output, ", arrow "));
  CHECK(contains(result.output, "\nprocessor: "));
  CHECK(run_hone({"version"}).output == result.output);
}

TEST_CASE("the version takes no arguments") {
  const ProcessResult result = run_hone({"version", "please"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "unexpected argument \"please\""));
}
