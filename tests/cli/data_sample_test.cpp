#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_sample_test {

using namespace hone;

TEST_CASE("sample draws the same rows for the same seed") {
  const TemporaryFolder folder;
  std::string rows = "text\n";
  for (int i = 0; i < 50; ++i) rows += "row " + std::to_string(i) + "\n";
  const std::string file = folder.write("a.csv", rows).string();
  const auto draw = [&](const char* seed) {
    return run_hone({"data", "sample", file, "--num-rows", "5", "--seed", seed, "--output", "-"}).output;
  };
  CHECK(json_lines(draw("1")).size() == 5);
  CHECK(draw("1") == draw("1"));
  CHECK(draw("1") != draw("2"));
}

}  // namespace data_sample_test
