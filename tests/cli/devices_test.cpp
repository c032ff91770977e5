#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("the CPU is always a device") {
  const ProcessResult text = run_hone({"devices"});
  CHECK(text.exit_code == 0);
  CHECK(text.output.starts_with("cpu, "));
  const ProcessResult json = run_hone({"devices", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(json.output.starts_with(R"({"devices":[{"device":"cpu","threads":)"));
}
