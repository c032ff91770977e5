#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.h"
#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_split_test {

using namespace hone;

TEST_CASE("split writes three files, 80/10/10") {
  const TemporaryFolder folder;
  std::string rows = "text,label\n";
  for (int i = 0; i < 100; ++i) rows += "row " + std::to_string(i) + "," + std::to_string(i % 2) + "\n";
  const std::string in = folder.write("in.csv", rows).string(), out = (folder.path() / "parts").string();
  const auto result = run_hone({"data", "split", in, "--output-dir", out});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "train               80 rows"));
  const std::string validation = read_file(folder.path() / "parts" / "validation.csv");
  CHECK(std::ranges::count(validation, '\n') == 11);  // with the header
  CHECK(run_hone({"data", "split", in, "--output-dir", out}).exit_code == 2);
}

}  // namespace data_split_test
