#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_convert_test {

using namespace hone;

TEST_CASE("convert writes another format, to standard output too") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "text,label\none,x\ntwo,y\n").string();
  CHECK(run_hone({"data", "convert", file, "--output", "-", "--output-format", "tsv"}).output ==
        "text\tlabel\none\tx\ntwo\ty\n");
  CHECK(run_hone({"data", "convert", file, "--output", file}).exit_code == 2);
}

}  // namespace data_convert_test
