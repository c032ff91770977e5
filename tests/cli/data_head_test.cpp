#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_head_test {

using namespace hone;

TEST_CASE("head prints the first rows with their places") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "text,label\none,x\ntwo,y\n").string();
  const auto result = run_hone({"data", "head", file, "--num-rows", "1"});
  CHECK(contains(result.output, "a.csv:2\n  text   one\n  label  x\n"));
  CHECK_FALSE(contains(result.output, "two"));
}

}  // namespace data_head_test
