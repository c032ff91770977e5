#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_show_test {

using namespace hone;

TEST_CASE("show prints the named rows, and another number is an error of usage") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "text,label\none,x\ntwo,y\n").string();
  CHECK(contains(run_hone({"data", "show", file, "--rows", "1"}).output, "two"));
  CHECK(run_hone({"data", "show", file, "--rows", "2"}).exit_code == 2);
}

}  // namespace data_show_test
