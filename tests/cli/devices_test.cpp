#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("the CPU is always listed as a device") {
  const ProcessResult text = run_hone({"devices"});
  CHECK(text.exit_code == 0);
  CHECK(text.output.starts_with("cpu, "));
  const ProcessResult json = run_hone({"devices", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(json.output.starts_with(R"({"devices":[{"device":"cpu","threads":)"));
}

TEST_CASE("the facts about the processor are printed as text and as JSON") {
  const ProcessResult text = run_hone({"devices"});
  for (const char* word : {" threads\n", "  cores      ", "  kernels    ", "  bf16       ", "  memory     ", " GiB"}) {
    CHECK(contains(text.output, word));
  }
  const ProcessResult json = run_hone({"devices", "--json"});
  for (const char* key :
       {"processor", "cpu_level", "native_bf16", "physical_cores", "logical_cpus", "cpu_quota", "memory_bytes"}) {
    CHECK(contains(json.output, fmt::format("\"{}\":", key)));
  }
}

TEST_CASE("HONE_CPU forces a lower level; an unknown or missing one is an error") {
  const ProcessResult scalar = run_shell("HONE_CPU=scalar $HONE devices");
  CHECK(scalar.exit_code == 0);
  CHECK(contains(scalar.output, "kernels    scalar"));
  CHECK(contains(scalar.output, "bf16       not native"));
  const ProcessResult unknown = run_shell("HONE_CPU=avx3 $HONE devices");
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.error, "error: unknown HONE_CPU \"avx3\""));
  if (contains(run_hone({"devices"}).output, "kernels    amx")) return;  // the processor has every level
  const ProcessResult missing = run_shell("HONE_CPU=amx $HONE devices");
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.error, "error: this processor has no amx: its best level is"));
}
