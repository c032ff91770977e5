#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_merge_test {

using namespace hone;

TEST_CASE("merge fills the columns that a file lacks") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", "text,label\none,x\n").string();
  const std::string b = folder.write("b.jsonl", "{\"text\": \"three\"}\n").string();
  const auto merged = json_lines(run_hone({"data", "merge", a, b, "--output", "-"}).output);
  REQUIRE(merged.size() == 2);
  CHECK(merged[1]["label"].is_null());
}

}  // namespace data_merge_test
