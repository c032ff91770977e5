#include "data/outputs.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace outputs_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("chosen columns are written in their order, and missing ones are null") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("a.csv", "text,label,n\nx,1,2\n"));
  OutputOptions options;
  options.columns = {"n", "text"};
  RowOutput output(options, folder.path() / "b.csv", table::scan_columns(rows));
  output.write_all(rows);
  const table::Rows other = table::read_rows(folder.write("c.csv", "text\ny\n"));
  output.write_all(other);
  output.commit();
  CHECK(output.rows() == 2);
  CHECK(read_file(folder.path() / "b.csv") == "n,text\n2,x\n,y\n");
  options.columns = {"txet"};
  const Error error = expect_error([&] { RowOutput(options, folder.path() / "d.csv", table::scan_columns(rows)); });
  CHECK(contains(error.hint(), "text"));
}

TEST_CASE("an output is not an input, and replaces nothing unasked") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.csv", "text\nx\n"), old = folder.write("old.csv", "text\nx\n");
  OutputOptions options;
  CHECK(expect_error([&] { check_output(options, file, std::span(&file, 1)); }).kind() == ErrorKind::kUsage);
  CHECK(contains(expect_error([&] { check_output(options, old, std::span(&file, 1)); }).hint(), "--overwrite"));
  options.overwrite = true;
  check_output(options, old, std::span(&file, 1));
}

TEST_CASE("the format is that of the option, the extension, or jsonl for a stream") {
  OutputOptions options;
  CHECK(output_format(options, "a.parquet") == "parquet");
  CHECK(output_format(options, "-") == "jsonl");
  options.output_format = "tsv";
  CHECK(output_format(options, "a.parquet") == "tsv");
}

}  // namespace outputs_test
